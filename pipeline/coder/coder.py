"""The built-in coder: which events a document reports, and who claims what about them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from threadpoolctl import ThreadpoolController

from pipeline.coder.casting import Census, cast, census
from pipeline.coder.claims import find_claims
from pipeline.coder.conventions import is_only_alleged, literal, meant, without_deniers
from pipeline.coder.events import EventDraft
from pipeline.coder.guard import off_topic
from pipeline.coder.happenings import Chances, identify, judge, merge
from pipeline.coder.manner import modes_of, salience_of, status_of
from pipeline.coder.models import Models, packaged
from pipeline.coder.parties import Party, find_parties
from pipeline.coder.reading import TEXT_MAX, Reading, read
from pipeline.coder.selection import group_rows
from pipeline.coder.sentences import classify
from pipeline.coder.settings import ACTORS, KEEP, MERGE, RECIPIENTS, TELL
from pipeline.coder.tellings import Telling, find_all_candidates, find_tellings, promising, word_scores
from pipeline.coder.triggers import Candidate
from pipeline.coder.views import Views
from pipeline.coder.when import Time, choose_time, find_times
from pipeline.coder.where import Location, choose_location, find_locations
from pipeline.records import CodedClaim, CodedMention, Coding, Document, Entity, PlaceName, Status

NAME = "eventwire/2"
View = Callable[[Reading, Sequence[int]], Views]


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of an article, as it was decided, with the words that tell it."""

    number: int
    tellings: tuple[Telling, ...]  #: in order of the text
    actors: tuple[Party, ...]
    recipients: tuple[Party, ...]
    time: Time | None
    place: Location | None
    status: Status
    chance: float  #: that it is an event by the codebook

    @property
    def type_code(self) -> str:
        return self.tellings[0].type_code

    @property
    def lead(self) -> Telling:
        return lead_of(self.tellings)


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that was decided about a document, for coding it and for explaining that."""

    reading: Reading
    parties: tuple[tuple[Party, ...], ...]
    candidates: tuple[Candidate, ...]
    scores: tuple[Mapping[str, float], ...]  #: of each candidate, the chance of each type by its word alone
    views: Views
    tellings: tuple[Telling, ...]
    pairs: Chances  #: that two tellings, by index, are of one happening
    groups: tuple[tuple[float, tuple[int, ...]], ...]  #: tellings joined, by index, and the chance to be an event
    happenings: tuple[Happening, ...]  #: made of the groups that were kept, in their order


@dataclass(frozen=True, slots=True)
class BuiltinCoder:
    """The packaged coder: deterministic, offline, linear in the length of the text."""

    name: str = NAME
    models: Models | None = None  #: in place of the packaged ones
    view: View | None = None  #: in place of the packaged sentence classifier's

    def code(self, document: Document) -> Coding:
        """Return everything found in *document*; an article without events gives an empty coding."""
        with _blas().limit(limits=1):  # its threads cost twice what they give on sentences
            return coding_of(analyse(document, self.models, self.view or network_views), self.name)


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


def coding_of(analysis: Analysis, name: str = NAME) -> Coding:
    """Return what *analysis* found in the form of records."""
    reading, happenings = analysis.reading, analysis.happenings
    claims = meant(reading, find_claims(reading, analysis.parties, drafts_of(analysis), analysis.views))
    return Coding(
        document_id=reading.document.document_id,
        coder=name,
        mentions=tuple(_mention(analysis, happening, claims) for happening in happenings),
        claims=claims,
        notes=_notes(reading),
    )


def drafts_of(analysis: Analysis) -> list[EventDraft]:
    """Return the happenings with their status, as claims refer to them."""
    return [draft_of(happening) for happening in analysis.happenings]


def network_views(reading: Reading, wanted: Sequence[int]) -> Views:
    """Return the sentence classifier's view of the *wanted* sentences, and nothing for the others."""
    asked = dict(zip(wanted, classify([reading.sentences[number].text for number in wanted]), strict=True))
    return [asked.get(sentence.number, {}) for sentence in reading.sentences]


def analyse(document: Document, models: Models | None = None, view: View = network_views) -> Analysis:
    """Return what *document* tells and how that was decided."""
    models = models or packaged()
    reading = read(document)
    parties = find_parties(reading)
    candidates = find_all_candidates(reading, parties)
    scores = word_scores(candidates, models)
    views = view(reading, [*({0} | set(promising(candidates, scores)))])
    tellings = literal(reading, find_tellings(candidates, scores, views, len(reading.sentences), models, TELL))
    places, times = (find_locations(reading), find_times(reading)) if tellings else ((), ())
    identities = identify(reading, tellings, parties, places, times, views)
    pairs = judge(reading, identities, models)
    joined = merge(identities, pairs, MERGE)
    kept = models.keeping.chances(group_rows(joined, identities, pairs, views))
    groups = tuple((chance, tuple(group)) for chance, group in zip(kept, joined, strict=True))
    taken = [(chance, tuple(tellings[at] for at in group)) for chance, group in groups if chance >= KEEP]
    counted = census(parties)
    happenings = tuple(
        _happening(number, chance, some, reading, parties, counted, places, times, views, models)
        for number, (chance, some) in enumerate(taken, 1)
    )
    return Analysis(
        reading, parties, tuple(candidates), tuple(scores), views, tuple(tellings), pairs, groups, happenings
    )


def _happening(
    number: int,
    chance: float,
    tellings: tuple[Telling, ...],
    reading: Reading,
    parties: tuple[tuple[Party, ...], ...],
    counted: Census,
    places: tuple[tuple[Location, ...], ...],
    times: tuple[tuple[Time, ...], ...],
    views: Views,
    models: Models,
) -> Happening:
    where = [(telling.sentence, telling.token) for telling in tellings]
    kind = tellings[0].type_code
    forests = (models.actors, models.recipients)
    actors, recipients = cast(
        reading, tellings, parties, counted, models.arguments, forests, (ACTORS, RECIPIENTS), views
    )
    return Happening(
        number=number,
        tellings=tellings,
        actors=() if is_only_alleged(reading, tellings) else tuple(actors),
        recipients=tuple(recipients),
        time=choose_time(reading, where, times, kind, views),
        place=choose_location(reading, where, places, kind, views),
        status=status_of(reading, lead_of(tellings), views, models.status),
        chance=chance,
    )


def lead_of(tellings: Sequence[Telling]) -> Telling:
    """Return the telling that states a happening most surely, outside the title if there is one."""
    body = [telling for telling in tellings if telling.sentence] or tellings
    return max(body, key=lambda telling: (telling.score, -telling.sentence, -telling.token))


def draft_of(happening: Happening) -> EventDraft:
    """Return one happening as claims refer to it."""
    return EventDraft(
        number=happening.number,
        type_code=happening.type_code,
        status=happening.status,
        tellings=tuple((telling.sentence, telling.token) for telling in happening.tellings),
        actors=happening.actors,
        recipients=happening.recipients,
    )


def _mention(analysis: Analysis, happening: Happening, claims: Sequence[CodedClaim]) -> CodedMention:
    reading, time, place = analysis.reading, happening.time, happening.place
    numbers = sorted({telling.sentence for telling in happening.tellings})
    return CodedMention(
        number=happening.number,
        type_code=happening.type_code,
        mode_codes=modes_of(happening.tellings, analysis.views),
        spans=tuple(reading.sentences[number].span for number in numbers),
        anchor=reading.sentences[happening.lead.sentence].span,
        actors=_entities(without_deniers(draft_of(happening), claims)),
        recipients=_entities(happening.recipients),
        start_date=time.first if time else None,
        end_date=time.last if time else None,
        place=_place(place) if place else None,
        status=happening.status,
        salience=salience_of(happening.tellings, analysis.views),
        rule=rule_of(reading, happening.lead),
    )


def _entities(parties: Sequence[Party]) -> tuple[Entity, ...]:
    return tuple(dict.fromkeys(party.entity for party in parties))


def _place(place: Location) -> PlaceName:
    return PlaceName(text=place.text, country_code=place.country, admin1=place.admin1, geonames_id=place.geonames_id)


def rule_of(reading: Reading, telling: Telling) -> str:
    """Return what made a telling: the lexicon's pattern of its type, else the word itself."""
    named = [match.rule.name for match in telling.candidate.matches if match.rule.type_code == telling.type_code]
    return named[0] if named else f"word/{reading.sentences[telling.sentence].doc[telling.token].lemma_.lower()}"


def _notes(reading: Reading) -> tuple[str, ...]:
    document = reading.document
    notes = [f"about {topic}: not coded"] if (topic := off_topic(reading.sentences)) else []
    if len(document.text) > TEXT_MAX:
        notes.append(f"text cut at {TEXT_MAX} of {len(document.text)} characters")
    return tuple(notes)
