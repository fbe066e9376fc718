"""The times that an article names, each in days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from spacy.tokens import Token

from pipeline.coder.reading import Reading, Sentence
from pipeline.coder.when_where import clause_head, climb
from pipeline.language.dates import Expression, Precision, scan
from pipeline.language.days import Circumstances, Range

_WILL = frozenset(["will", "shall", "'ll", "’ll"])
_AHEAD = frozenset(
    ["plan", "expect", "schedule", "slate", "due", "intend", "prepare", "ahead", "upcoming", "hope", "want", "agree",
     "promise", "vow", "pledge", "threaten", "invite", "set", "aim", "call"]
)  # fmt: skip
_SCHEDULED = frozenset(["plan", "expect", "schedule", "slate", "due"])


@dataclass(frozen=True, slots=True)
class Time:
    """Tokens [start, end) of a sentence that say when, as the days from *first* to *last*."""

    sentence: int
    start: int
    end: int
    first: date
    last: date
    precision: Precision
    kind: str = ""  #: the rule that read it


def find_times(reading: Reading) -> tuple[tuple[Time, ...], ...]:
    """Return the times of each sentence, in order, resolved against the day of publication or the days it is among."""
    on = reading.document.published_on
    around = (on, on) if on else reading.document.published_within
    found: list[tuple[Time, ...]] = []
    anchor: date | None = None
    for sentence in reading.sentences:
        times = tuple(_times(sentence, around, anchor))
        anchor = next((time.first for time in reversed(times) if time.first == time.last), anchor)
        found.append(times)
    return tuple(found)


def _times(sentence: Sentence, published: Range | None, anchor: date | None) -> Iterable[Time]:
    for expression in scan(sentence.text):
        span = sentence.doc.char_span(expression.start, expression.end, alignment_mode="expand")
        if span is None or not len(span):
            continue
        is_future = _is_future(span.root, sentence.number == 0)
        days = expression.resolve(Circumstances(published, is_future, anchor))
        if sentence.text[: expression.end].endswith((" before", " after")) and _goes_on(sentence.text, expression.end):
            days = None  # counted from an act whose day is not known here
        if days:
            if days[0] == days[1]:
                anchor = days[0]
            yield Time(sentence.number, span.start, span.end, *days, _precision(expression, days), expression.kind)


def _goes_on(text: str, end: int) -> bool:
    return text[end : end + 1] == " " and text[end + 1 : end + 2].isalpha()


def _precision(expression: Expression, days: Range) -> Precision:
    if expression.precision == "day" and days[0] != days[1]:
        return "span"
    return expression.precision


def _is_future(token: Token, is_title: bool) -> bool:
    """Whether the clause of a time speaks of what is still to come."""
    verb = clause_head(token)
    if any(child.lower_ in _WILL for child in verb.children if child.dep_ == "aux"):
        return True
    between = [step for step in climb(token) if step.i != token.i][:2]
    if any(step.lemma_.lower() in _SCHEDULED for step in between):
        return True
    is_infinitive = any(child.lower_ == "to" for child in verb.children if child.i < verb.i)
    return is_infinitive and (is_title or verb.head.lemma_.lower() in _AHEAD)
