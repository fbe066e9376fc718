"""The chat coder: asks a large language model, through any endpoint that speaks OpenAI's chat protocol.

numbered   an article as the model sees it, and which of them share a request
prompt     the task in words, made with the ontology
values     the values of an answer, each with its check
answers    the JSON schema of an answer, and the coding that it makes
reading    the text of an answer, read and checked
dialect    which features of the protocol an endpoint knows
reply      an endpoint's reply: the answer's text, and the tokens that it took
exchange   one request and its reply on the wire
endpoint   one request until it is answered
cache      answers by all that was asked
coder      documents in, codings out
"""

from pipeline.chat.coder import ChatCoder

__all__ = ["ChatCoder"]
