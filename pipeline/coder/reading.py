"""Read a document sentence by sentence, each with its syntax."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from spacy.tokens import Doc, Token

from pipeline.articles.dateline import Dateline, read_dateline
from pipeline.language.analyser import load
from pipeline.language.sentences import split_sentences
from pipeline.records import Document, Span

TEXT_MAX = 100_000  #: characters; what lies beyond is not read
SENTENCE_MAX = 1_500  #: characters; a longer sentence is a list or a table, and is read no further
_HALVES = re.compile("[\ud800-\udfff]")  #: of surrogate pairs; alone they are no characters

_HALVES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; offsets of tokens count in *text*, those of *span* in the article's part."""

    number: int  #: 0 is the title
    span: Span
    text: str  #: without a dateline
    start: int  #: where *text* begins in the article's part
    doc: Doc = field(repr=False, compare=False)

    def span_of(self, first: Token, last: Token) -> Span:
        """Return the characters of the article from token *first* to token *last*."""
        return Span(part=self.span.part, start=self.start + first.idx, end=self.start + last.idx + len(last))


@dataclass(frozen=True, slots=True)
class Reading:
    """A document with its sentences, the title first."""

    document: Document
    sentences: tuple[Sentence, ...]
    dateline: Dateline | None


def read(document: Document) -> Reading:
    """Return *document* as sentences with their parses; half a surrogate pair is read as U+FFFD."""
    document = replace(document, title=_HALVES.sub("\ufffd", document.title), text=_HALVES.sub("\ufffd", document.text))
    dateline = read_dateline(document.text)
    spans = _spans(document)
    starts = [_start(span, dateline) for span in spans]
    parts = {part: _part(document, part) for part in ("title", "text")}
    texts = [
        parts[span.part][start : min(span.end, start + SENTENCE_MAX)] for span, start in zip(spans, starts, strict=True)
    ]
    sentences = tuple(
        Sentence(number, span, text, start, doc)
        for number, (span, text, start, doc) in enumerate(zip(spans, texts, starts, _parsed(texts), strict=True))
    )
    return Reading(document, sentences, dateline)


def _parsed(texts: Sequence[str]) -> list[Doc]:
    return list(load().pipe(texts))


def _spans(document: Document) -> list[Span]:
    title = Span(part="title", start=0, end=len(document.title))
    body = split_sentences(document.text[:TEXT_MAX])
    return [title, *(Span(part="text", start=start, end=end) for start, end in body)]


def _start(span: Span, dateline: Dateline | None) -> int:
    is_opening = dateline is not None and span.part == "text" and span.start < dateline.end < span.end
    return dateline.end if dateline is not None and is_opening else span.start


def _part(document: Document, part: str) -> str:
    """The title or the text, halves of pairs made good without moving what follows: a parser takes no such text."""
    return _HALVES.sub("\ufffd", document.title if part == "title" else document.text[:TEXT_MAX])
