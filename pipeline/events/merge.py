"""Join the reports of one happening inside an article."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from pipeline.events.frames import Frame
from pipeline.events.reading import Sentence
from pipeline.events.triggers import Trigger
from pipeline.records import Entity, PlaceName, Status

#: Acts of speech by one party are one event only near each other.
_SPEECH_DISTANCE = 2
_SPEECH = frozenset(["ACCUSE", "REQUEST", "REJECT", "THREATEN", "SUPPORT", "AGREE", "CONCEDE"])


@dataclass(frozen=True, slots=True)
class Report:
    """One trigger with everything around it."""

    sentence: Sentence
    trigger: Trigger
    type_code: str
    mode_codes: tuple[str, ...]
    frame: Frame
    days: tuple[date, date] | None
    place: PlaceName | None
    status: Status


@dataclass(slots=True)
class Happening:
    """Reports that we hold to be of one happening, in order of the text."""

    reports: list[Report] = field(default_factory=list)

    @property
    def type_code(self) -> str:
        return self.reports[0].type_code

    @property
    def body(self) -> list[Report]:
        """The reports outside the title, or all if there is only the title."""
        return [r for r in self.reports if r.sentence.number] or self.reports

    @property
    def anchor(self) -> Report:
        """The report that states most."""
        return max(self.body, key=_fullness)

    @property
    def days(self) -> tuple[date, date] | None:
        return next((r.days for r in [self.anchor, *self.body] if r.days), None)

    @property
    def place(self) -> PlaceName | None:
        return next((r.place for r in [self.anchor, *self.body] if r.place), None)

    @property
    def modes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(mode for r in self.reports for mode in r.mode_codes))

    def side(self, name: str) -> tuple[Entity, ...]:
        """Return the actors or recipients of the fullest report that has any."""
        sides: Iterable[tuple[Entity, ...]] = (
            getattr(r.frame, name) for r in sorted(self.body, key=_fullness, reverse=True)
        )
        return next((side for side in sides if side), ())


def _fullness(report: Report) -> tuple[int, int]:
    parts = (report.frame.actors, report.frame.recipients, report.days, report.place)
    return sum(bool(part) for part in parts), -report.sentence.number


def merge(reports: Sequence[Report]) -> list[Happening]:
    """Group *reports* into happenings, each with the one told last that it fits."""
    happenings: list[Happening] = []
    open_by_type: dict[str, list[Happening]] = {}
    for report in reports:
        candidates = open_by_type.setdefault(report.type_code, [])
        recent = sorted(candidates[-_OPEN_MAX:], key=_recency, reverse=True)
        home = next((h for h in recent if _fits(h, report)), None)
        if home is None:
            home = Happening()
            happenings.append(home)
            candidates.append(home)
        home.reports.append(report)
    return happenings


_OPEN_MAX = 12  #: happenings of a type that a new report is compared with


def _recency(happening: Happening) -> tuple[int, bool]:
    """What was told last comes first; a single act before the war that it is part of."""
    last = happening.reports[-1]
    return last.sentence.number, last.trigger.rule.frame != "mutual"


def _fits(happening: Happening, report: Report) -> bool:
    last = happening.reports[-1]
    if last.status != report.status:
        return False
    if report.type_code in _SPEECH:
        gap = report.sentence.number - last.sentence.number
        is_near = gap <= _SPEECH_DISTANCE or last.sentence.number == 0
        return is_near and _same_side(happening, report, "actors") and _agrees(happening, report)
    return (
        _same_scale(happening, report)
        and _agrees(happening, report)
        and _same_side(happening, report, "actors")
        and _same_side(happening, report, "recipients")
    )


def _same_scale(happening: Happening, report: Report) -> bool:
    """A war or battle is not the single attack in it; a toll may belong to either."""
    frames = {r.trigger.rule.frame for r in [*happening.reports, report]} - {"toll"}
    return report.type_code != "ASSAULT" or "mutual" not in frames or frames == {"mutual"}


def _agrees(happening: Happening, report: Report) -> bool:
    """Days, places and modes do not contradict each other."""
    days, place, modes = happening.days, happening.place, set(happening.modes)
    if days and report.days and not (days[0] <= report.days[1] and report.days[0] <= days[1]):
        return False
    if place and report.place and place.country_code != report.place.country_code:
        return False
    if place and report.place and place.text != report.place.text and report.type_code != "ASSAULT":
        return False
    return not modes or not report.mode_codes or bool(modes & set(report.mode_codes))


def _same_side(happening: Happening, report: Report, name: str) -> bool:
    """One side is unknown, or a country is shared."""
    own: tuple[Entity, ...] = getattr(report.frame, name)
    known = {_key(entity) for r in happening.reports for entity in getattr(r.frame, name)}
    return not own or not known or any(_key(entity) in known for entity in own)


def _key(entity: Entity) -> str:
    return entity.country_code or entity.role_code
