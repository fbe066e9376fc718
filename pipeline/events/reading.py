"""Read a document sentence by sentence: words, parties, places, times, and who speaks."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.events.parties import Memory, Party, countries_named, find_parties
from pipeline.language.dates import TimeExpression, find_times
from pipeline.language.sentences import split_sentences
from pipeline.language.words import Word, words_of
from pipeline.places.gazetteer import BODIES
from pipeline.records import Document, Span

TEXT_MAX = 100_000  #: characters; what lies beyond is not read
SENTENCE_MAX = 1_500  #: a longer sentence is a list or a table, and is read no further
_LEAD = 4  #: sentences, title included, that say most about where an article plays


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; offsets of words, parties and times count in *text*."""

    number: int  #: 0 is the title
    span: Span
    text: str
    words: tuple[Word, ...]
    parties: tuple[Party, ...]
    times: tuple[TimeExpression, ...]


def read(document: Document) -> tuple[tuple[Sentence, ...], Memory]:
    """Return the sentences, title first, and what reading them taught."""
    spans = _spans(document)
    texts = [_text(document, span)[:SENTENCE_MAX] for span in spans]
    words = [words_of(text) for text in texts]
    memory = Memory(home=_home(words, document.source_country_code))
    sentences = tuple(
        _sentence(number, span, text, tokens, memory, document.published_on)
        for number, (span, text, tokens) in enumerate(zip(spans, texts, words, strict=True))
    )
    return sentences, memory


def _spans(document: Document) -> list[Span]:
    title = Span(part="title", start=0, end=len(document.title))
    body = split_sentences(document.text[:TEXT_MAX])
    return [title, *(Span(part="text", start=start, end=end) for start, end in body)]


def _text(document: Document, span: Span) -> str:
    whole = document.title if span.part == "title" else document.text
    return whole[span.start : span.end]


def _home(words: Sequence[tuple[Word, ...]], source_country: str | None) -> str | None:
    """The country that the article is about: the one most named, early sentences counting more."""
    named: Counter[str] = Counter()
    for number, tokens in enumerate(words[:40]):
        for code in countries_named(tokens):
            if code not in BODIES:
                named[code] += 3 if number < _LEAD else 1
    return min(named, key=lambda code: (-named[code], code)) if named else source_country


#: "NAIROBI, Kenya, Nov 17 (Agency) — " in front of the first sentence says where it was written.
_DATELINE = re.compile(
    r"^[A-Z][A-Z.'’ -]{2,30}(?:, [\w. ]{2,30}){0,3}(?: ?\([^)]{1,40}\))? ?[—–_-]{1,2} ?"
    r"|^[A-Z][\w ]{2,20}, [A-Z][\w ]{2,20} [—–] "
)


def _sentence(
    number: int, span: Span, text: str, words: tuple[Word, ...], memory: Memory, published: date | None
) -> Sentence:
    opening = _DATELINE.match(text) if 0 < number <= _LEAD else None
    dateline = opening.end() if opening else 0
    return Sentence(
        number=number,
        span=span,
        text=text,
        words=words,
        parties=tuple(p for p in find_parties(text, words, memory) if words[p.first].start >= dateline),
        times=find_times(text, published),
    )
