"""Normalize a coder's answer into mentions and claims in the warehouse's terms.

Ids, dates, places on the map, and which accusation a denial answers. What does not fit the ontology is
refused, so that no coder can bring codes of its own into the warehouse.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from pipeline.errors import RecordError
from pipeline.events.ontology import event_types, role_codes
from pipeline.places.gazetteer import locate
from pipeline.records import (
    Article,
    Claim,
    CodedClaim,
    CodedMention,
    Coding,
    DatePrecision,
    Entity,
    Mention,
    Span,
    make_id,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedArticle:
    """An article with what a coder found in it, its story, and the day on which it was reported."""

    article: Article
    coding: Coding
    story_id: str
    reported_date: date

    @property
    def key(self) -> str:
        return self.article.canonical_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalized:
    """The mentions and claims of one article."""

    mentions: tuple[Mention, ...]
    claims: tuple[Claim, ...]


def normalize_article(coded: CodedArticle) -> Normalized:
    """Turn one coding into mentions and claims; raise RecordError for a code that the ontology lacks."""
    mentions = {found.number: _mention(coded, found, nth) for found, nth in _counted(coded.coding.mentions)}
    claims = _told_apart(_claim(coded, found, mentions) for found in coded.coding.claims)
    return Normalized(mentions=tuple(mentions.values()), claims=tuple(_answered(claims)))


def _counted(mentions: Iterable[CodedMention]) -> Iterator[tuple[CodedMention, int]]:
    """Each mention with its number among those of its type, status and sentence: the ids of the others stay
    when a coder finds one more."""
    seen: Counter[tuple[object, ...]] = Counter()
    for found in mentions:
        key = (found.type_code, found.status, found.anchor)
        yield found, seen[key]
        seen[key] += 1


def _mention(coded: CodedArticle, found: CodedMention, nth: int) -> Mention:
    article = coded.article
    _check(found)
    _check_roles(*found.actors, *found.recipients)
    place = locate(found.place) if found.place else None
    return Mention(
        mention_id=make_id(
            article.version_id, found.type_code, found.status, found.anchor.part, found.anchor.start, nth
        ),
        day=article.day,
        version_id=article.version_id,
        article_id=article.article_id,
        source_id=article.source_id,
        story_id=coded.story_id,
        type_code=found.type_code,
        mode_codes=found.mode_codes,
        status=found.status,
        salience=found.salience,
        event_date=found.start_date,
        event_end_date=found.end_date or found.start_date,
        date_precision=_date_precision(found),
        reported_date=coded.reported_date,
        actors=found.actors,
        recipients=found.recipients,
        place=place,
        sentence=_quoted(article, found.anchor),
        sentence_start=found.anchor.start,
        sentence_end=found.anchor.end,
        spans=found.spans,
        rule=found.rule,
        coder=coded.coding.coder,
    )


def _claim(coded: CodedArticle, found: CodedClaim, mentions: Mapping[int, Mention]) -> Claim:
    article = coded.article
    if found.about is not None and found.about not in mentions:
        raise RecordError(f"{article.canonical_url}: a claim is about mention {found.about}, which is not there")
    _check_roles(found.source, found.accused, found.counted)
    mention_id = mentions[found.about].mention_id if found.about is not None else None
    who = found.source.text if found.source else None
    return Claim(
        claim_id=make_id(
            article.version_id,
            mention_id,
            found.kind,
            found.stance,
            who,
            found.span.part,
            found.span.start,
            found.count_min,
            found.count_max,
            found.counted.text if found.counted else None,
            *_named(found.accused),
        ),
        day=article.day,
        mention_id=mention_id,
        version_id=article.version_id,
        article_id=article.article_id,
        source_id=article.source_id,
        story_id=coded.story_id,
        kind=found.kind,
        stance=found.stance,
        claimant=found.source,
        accused=found.accused,
        counted=found.counted,
        count_min=found.count_min,
        count_max=found.count_max,
        is_cumulative=found.is_cumulative,
        answers_claim_id=None,
        sentence=_quoted(article, found.span),
        sentence_start=found.span.start,
        sentence_end=found.span.end,
        rule=found.rule,
        coder=coded.coding.coder,
    )


def _named(accused: Entity | None) -> tuple[str | None, ...]:
    """What tells the accused of one sentence apart; nothing where nobody is."""
    return (accused.text, accused.country_code, accused.role_code) if accused else ()


def _told_apart(claims: Iterable[Claim]) -> list[Claim]:
    """The claims with an id each: of those that agree in all that makes an id, the later ones are numbered."""
    seen: Counter[str] = Counter()
    found = []
    for claim in claims:
        nth = seen[claim.claim_id]
        seen[claim.claim_id] += 1
        found.append(replace(claim, claim_id=make_id(claim.claim_id, nth)) if nth else claim)
    return found


def _answered(claims: list[Claim]) -> list[Claim]:
    """Tie each denial to the first accusation of the same party about the same mention, else to the first about it."""
    accusing = [claim for claim in reversed(claims) if claim.stance == "accuses"]
    exact = {(claim.mention_id, claim.accused): claim.claim_id for claim in accusing}
    first = {claim.mention_id: claim.claim_id for claim in accusing}

    def answered(denial: Claim) -> str | None:
        return exact.get((denial.mention_id, denial.accused)) or first.get(denial.mention_id)

    return [replace(claim, answers_claim_id=answered(claim)) if claim.stance == "denies" else claim for claim in claims]


def _check(found: CodedMention) -> None:
    kind = event_types().get(found.type_code)
    if kind is None:
        raise RecordError(f"type {found.type_code!r} is not one of PLOVER's: {', '.join(event_types())}")
    foreign = set(found.mode_codes) - set(kind.modes)
    if foreign:
        raise RecordError(f"{found.type_code} has no mode {', '.join(sorted(foreign))}")


def _check_roles(*parties: Entity | None) -> None:
    foreign = {party.role_code for party in parties if party} - role_codes()
    if foreign:
        raise RecordError(
            f"no such role: {', '.join(sorted(foreign))}; the roles are {', '.join(sorted(role_codes()))}"
        )


def _date_precision(found: CodedMention) -> DatePrecision:
    if found.start_date is None:
        return "none"
    return "day" if found.end_date in {None, found.start_date} else "range"


def _quoted(article: Article, span: Span) -> str:
    text = article.title if span.part == "title" else article.text
    return text[span.start : span.end]
