"""An endpoint's reply to a request: the text of its answer, and the tokens that it took."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from pipeline.chat.reading import UnusableAnswer
from pipeline.errors import RecordError
from pipeline.language.clean import clean

TOLD_MAX = 200  #: characters of what an endpoint says of an error


class Declined(RecordError):
    """The model gave no answer to this, and would give none again."""


class _Message(BaseModel):
    content: str | list[dict[str, Any]] | None = None
    refusal: str | None = None

    @property
    def text(self) -> str:
        """The content, also where it comes in parts."""
        if isinstance(self.content, list):
            return "".join(str(part.get("text") or "") for part in self.content)
        return self.content or ""


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Reply(BaseModel):
    choices: list[_Choice] = Field(min_length=1)


class _Tokens(BaseModel):
    prompt_tokens: int = Field(ge=0)
    completion_tokens: int = Field(ge=0)


class _Counted(BaseModel):
    usage: _Tokens


@dataclass(slots=True)
class Usage:
    """What the answers took; a running sum."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    uncounted: int = 0  #: answers that do not say what they took

    def add(self, body: bytes) -> None:
        """Count one reply."""
        self.requests += 1
        try:
            usage = _Counted.model_validate_json(body).usage
        except ValidationError:
            self.uncounted += 1
            return
        self.prompt_tokens += usage.prompt_tokens
        self.completion_tokens += usage.completion_tokens

    def cost(self, prompt_price: float, completion_price: float) -> float:
        """What the tokens cost, at prices for a million of them."""
        return (self.prompt_tokens * prompt_price + self.completion_tokens * completion_price) / 1e6


def answer_in(body: bytes) -> str:
    """The text of the answer in a reply.

    Raises Declined for one that was refused, filtered or cut off, UnusableAnswer for a reply that is none.
    """
    try:
        choice = _Reply.model_validate_json(body).choices[0]
    except ValidationError as error:
        raise UnusableAnswer(f"not the reply of a chat endpoint: {told(body)}") from error
    if choice.message.refusal:
        raise Declined(f"the model refused: {clean(choice.message.refusal)[:TOLD_MAX]}")
    if choice.finish_reason == "content_filter":
        raise Declined("the endpoint's filter held the answer back")
    if choice.finish_reason == "length":
        raise Declined("the answer was cut off; a higher EVENTWIRE_CHAT_ANSWER_TOKENS_MAX may help")
    if not choice.message.text.strip():
        raise UnusableAnswer("an empty answer")
    return choice.message.text


def told(body: bytes) -> str:
    """The beginning of what an endpoint says, on one line."""
    return " ".join(clean(body[: 4 * TOLD_MAX].decode("utf-8", "replace")).split())[:TOLD_MAX] or "nothing"
