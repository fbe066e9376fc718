"""Code a document: which events it reports, and who claims what about them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from pipeline.events.attribution import source_of
from pipeline.events.claims import find_claims
from pipeline.events.frames import Frame, frame_of, place_of, time_of
from pipeline.events.guard import is_accident, off_topic, violence
from pipeline.events.merge import Happening, Report, merge
from pipeline.events.modes import weapons_in
from pipeline.events.reading import TEXT_MAX, Sentence, read
from pipeline.events.triggers import Trigger, find_triggers
from pipeline.records import CodedClaim, CodedMention, Coding, Document, Salience

_WISHES = frozenset(["REQUEST", "AGREE", "THREATEN", "REJECT"])
_VIOLENT_LEAST = 2  #: different violent words, below which weak ones ("attack", "fight") are figures of speech
_COMPLEMENT = 6  #: words within which a noun belongs to the wish before it
_NEW_CLAUSE = frozenset([",", "after", "over", "and", "during", "amid", "following", "because", "when", "in"])


class Coder(Protocol):
    """Anything that codes documents; *name* says which one and its version."""

    @property
    def name(self) -> str: ...

    def code(self, document: Document) -> Coding: ...


@dataclass(frozen=True, slots=True)
class RuleCoder:
    """The coder of packaged rules: deterministic, offline, linear in the length of the text."""

    name: str = "rules/1"

    def code(self, document: Document) -> Coding:
        """Return everything found in *document*; an article without events gives an empty coding."""
        sentences, _ = read(document)
        topic = off_topic(sentences)
        if topic is not None:
            return self._coding(document, (), (), (f"about {topic}: not coded",))
        reports = [report for sentence in sentences for report in _reports(sentence)]
        happenings = merge(_literal(reports, sentences))
        mentions = tuple(_mention(number, h, sentences) for number, h in enumerate(happenings, 1))
        return self._coding(document, mentions, find_claims(sentences, happenings), ())

    def _coding(
        self,
        document: Document,
        mentions: tuple[CodedMention, ...],
        claims: tuple[CodedClaim, ...],
        notes: tuple[str, ...],
    ) -> Coding:
        if len(document.text) > TEXT_MAX:
            notes = (*notes, f"text cut at {TEXT_MAX} of {len(document.text)} characters")
        return Coding(document_id=document.document_id, coder=self.name, mentions=mentions, claims=claims, notes=notes)


def _literal(reports: Sequence[Report], sentences: Sequence[Sentence]) -> list[Report]:
    """Leave out harm without a deliberate act, and weak words of violence that are figures of speech."""
    accident, violent = is_accident(sentences), violence(sentences)

    def is_literal(report: Report) -> bool:
        rule = report.trigger.rule
        if rule.type_code != "ASSAULT":
            return True
        if rule.frame == "toll":
            return not accident and (violent > 0 or bool(report.frame.actors))
        return rule.weight > 1 or (not accident and violent >= _VIOLENT_LEAST)

    return [report for report in reports if is_literal(report)]


def _reports(sentence: Sentence) -> list[Report]:
    triggers = find_triggers(sentence)
    reports = [_report(sentence, t) for t in triggers if not _is_asked_for(sentence, triggers, t)]
    return [_without_accused(report, triggers) for report in reports if _is_report(report)]


def _is_asked_for(sentence: Sentence, triggers: Sequence[Trigger], trigger: Trigger) -> bool:
    """What a request, promise or threat is about has not happened."""
    before = [t for t in triggers if t.last <= trigger.first and t.rule.type_code in _WISHES]
    if not before or trigger.voice != "noun":
        return False
    between = {word.lower for word in sentence.words[before[-1].last : trigger.first]}
    return len(between) <= _COMPLEMENT and not between & _NEW_CLAUSE


def _without_accused(report: Report, triggers: Sequence[Trigger]) -> Report:
    """One who is only accused of an act is its accused, not its actor."""
    rule = report.trigger.rule
    before = {t.rule.name for t in triggers if t.last <= report.trigger.first}
    if rule.frame == "speech" or not before & {"accuse", "deny"}:
        return report
    return replace(report, frame=replace(report.frame, actors=()))


def _report(sentence: Sentence, trigger: Trigger) -> Report:
    time = time_of(sentence, trigger)
    type_code, status = trigger.rule.type_code, trigger.status
    if type_code in ("CONSULT", "SUPPORT", "COOPERATE", "AID") and status == "planned":
        type_code = "AGREE"
    frame = frame_of(sentence, trigger)
    if trigger.rule.frame == "speech" and not frame.actors:
        frame = _spoken(sentence, frame)
    return Report(
        sentence=sentence,
        trigger=trigger,
        type_code=type_code,
        mode_codes=trigger.rule.mode_codes if type_code == trigger.rule.type_code else (),
        frame=frame,
        days=(time.first, time.last) if time else None,
        place=place_of(sentence, trigger),
        status=status,
    )


def _spoken(sentence: Sentence, frame: Frame) -> Frame:
    """The one who speaks the sentence makes its demands and accusations."""
    source = source_of(sentence)
    return replace(frame, actors=(source,)) if source and source not in frame.recipients else frame


def _is_report(report: Report) -> bool:
    """A weak word reports something only with a party beside it; a wish reports nothing."""
    if report.status == "hypothetical":
        return False
    sides = bool(report.frame.actors) + bool(report.frame.recipients)
    if report.trigger.rule.frame in ("speech", "mutual"):
        is_accused = report.trigger.rule.name == "accuse" and bool(report.frame.recipients)
        return bool(report.frame.actors) or is_accused
    return sides >= {1: 1, 2: 1, 3: 0}[report.trigger.rule.weight]


def _mention(number: int, happening: Happening, sentences: Sequence[Sentence]) -> CodedMention:
    anchor = happening.anchor
    days = happening.days
    spans = {r.sentence.number: r.sentence.span for r in happening.reports}
    return CodedMention(
        number=number,
        type_code=happening.type_code,
        mode_codes=happening.modes or weapons_in(anchor),
        spans=tuple(spans[n] for n in sorted(spans)),
        anchor=anchor.sentence.span,
        actors=happening.side("actors"),
        recipients=happening.side("recipients"),
        start_date=days[0] if days else None,
        end_date=days[1] if days else None,
        place=happening.place,
        status=anchor.status,
        salience=_salience(happening, len(sentences)),
        rule=anchor.trigger.rule.name,
    )


def _salience(happening: Happening, length: int) -> Salience:
    """What the opening tells is the news; what only the far end tells is background."""
    first = happening.reports[0].sentence.number
    return "main" if first <= max(3, length // 2) else "background"
