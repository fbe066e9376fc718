"""The answer that is asked for: its JSON schema, its check against the ontology, and the coding that it makes."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, model_validator

from pipeline.chat.numbered import Numbered
from pipeline.chat.values import Count, CountryCode, Day, ModeCode, Name, RoleCode, SentenceNumber, Several, TypeCode
from pipeline.events.ontology import event_types
from pipeline.records import (
    ClaimKind,
    CodedClaim,
    CodedMention,
    Coding,
    Entity,
    PlaceName,
    Salience,
    Span,
    Stance,
    Status,
)

RULE = "chat"
COUNTLESS = ("occurrence", "actor")  #: kinds of claims without a number


class _Part(BaseModel):
    """Every field is there, and no other: what strict schemas ask for."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Party(_Part):
    text: Name
    country: CountryCode | None
    role: RoleCode

    @property
    def entity(self) -> Entity:
        return Entity(text=self.text, country_code=self.country, role_code=self.role)


class Where(_Part):
    text: Name
    country: CountryCode | None
    admin1: Name | None

    @property
    def place(self) -> PlaceName:
        return PlaceName(text=self.text, country_code=self.country, admin1=self.admin1)


class Event(_Part):
    number: int
    type: TypeCode
    modes: Several[ModeCode]
    sentences: Several[SentenceNumber]
    anchor: SentenceNumber
    actors: Several[Party]
    recipients: Several[Party]
    start: Day | None
    end: Day | None
    place: Where | None
    status: Status
    salience: Salience

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        modes = event_types()[self.type].modes
        for mode in self.modes:
            if mode not in modes:
                raise ValueError(f"{self.type} has no mode {mode!r}; it has {', '.join(modes) or 'none'}")
        if self.end and not (self.start and self.start <= self.end):
            raise ValueError("end needs a start that is not after it")
        return self

    def mention(self, number: int, spans: Sequence[Span]) -> CodedMention:
        return CodedMention(
            number=number,
            type_code=self.type,
            mode_codes=tuple(dict.fromkeys(self.modes)),
            spans=tuple(spans[n] for n in sorted({*self.sentences, self.anchor})),
            anchor=spans[self.anchor],
            actors=tuple(party.entity for party in self.actors),
            recipients=tuple(party.entity for party in self.recipients),
            start_date=self.start,
            end_date=self.end or self.start,
            place=self.place.place if self.place else None,
            status=self.status,
            salience=self.salience,
            rule=RULE,
        )


class Claim(_Part):
    about: int | None
    kind: ClaimKind
    stance: Stance
    sentence: SentenceNumber
    source: Party | None
    accused: Party | None
    min: Count | None
    max: Count | None
    of: Party | None
    cumulative: bool

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.kind in COUNTLESS and (self.min, self.max, self.of) != (None, None, None):
            raise ValueError(f"a claim of kind {self.kind} has no min, max or of")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}")
        if self.kind != "actor" and (self.accused or self.stance in ("accuses", "admits")):
            raise ValueError("only a claim of kind actor accuses or admits")
        if self.about is None and not self.cumulative:
            raise ValueError("only a cumulative claim is about no event")
        return self

    def claim(self, numbers: Mapping[int, int], spans: Sequence[Span]) -> CodedClaim:
        return CodedClaim(
            about=None if self.about is None else numbers[self.about],
            kind=self.kind,
            stance=self.stance,
            span=spans[self.sentence],
            source=self.source.entity if self.source else None,
            accused=self.accused.entity if self.accused else None,
            count_min=self.min,
            count_max=self.max,
            counted=self.of.entity if self.of else None,
            is_cumulative=self.cumulative,
            rule=RULE,
        )


class DocumentAnswer(_Part):
    """All that the model found in one document, known by its number in the request."""

    document: int
    events: Several[Event]
    claims: Several[Claim]

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        numbers = [event.number for event in self.events]
        if len(set(numbers)) < len(numbers):
            raise ValueError("two events have the same number")
        for claim in self.claims:
            if claim.about is not None and claim.about not in numbers:
                raise ValueError(f"a claim is about event {claim.about}, which is not there")
        return self

    def coding(self, article: Numbered, coder: str) -> Coding:
        """The coding of *article*, for which this answer was checked; its events are numbered from 1."""
        numbers = {event.number: number for number, event in enumerate(self.events, 1)}
        return Coding(
            document_id=article.document.document_id,
            coder=coder,
            mentions=tuple(event.mention(numbers[event.number], article.spans) for event in self.events),
            claims=tuple(claim.claim(numbers, article.spans) for claim in self.claims),
            notes=(*article.notes, *self._strangers(article)),
        )

    def _strangers(self, article: Numbered) -> tuple[str, ...]:
        """A note of the parties whose name the article does not have."""
        parties = [party for event in self.events for party in (*event.actors, *event.recipients)]
        parties += [party for claim in self.claims for party in (claim.source, claim.accused, claim.of) if party]
        text = article.text.casefold()
        names = dict.fromkeys(party.text for party in parties if party.text.casefold() not in text)
        return (f"not in the text: {', '.join(names)}",) if names else ()


class _Answer(_Part):
    documents: list[DocumentAnswer]


@lru_cache(maxsize=1)
def answer_schema() -> dict[str, Any]:
    """The JSON schema of an answer, in the subset that strict structured output takes."""
    return _Answer.model_json_schema()
