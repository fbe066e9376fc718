"""Read the benchmark's documents and write codings in its format."""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Any

from pipeline.errors import RecordError
from pipeline.places.gazetteer import country_code
from pipeline.records import CodedClaim, CodedMention, Coding, Document, Entity, Span


def read_document(row: Mapping[str, Any]) -> Document:
    """Return the document of one JSON row: id, title, published, publisher, country_of_publisher and text.

    A month as date of publication is no day, but the days among which it is.
    Raises RecordError when id or text is missing.
    """
    for name in ("id", "text"):
        if not isinstance(row.get(name), str):
            raise RecordError(f"benchmark document {row.get('id')!r}: {name!r} must be text")
    return Document(
        document_id=row["id"],
        title=row.get("title") or "",
        text=row["text"],
        published_on=_day(row.get("published")),
        published_within=_month(row.get("published")),
        source_name=row.get("publisher") or "",
        source_country_code=country_code(row.get("country_of_publisher") or ""),
    )


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def _month(text: object) -> tuple[date, date] | None:
    """The days of a month that stands for a day: "2001-12"."""
    match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", str(text))
    if match is None:
        return None
    year, month = int(match[1]), int(match[2])
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def to_bench(coding: Coding) -> dict[str, Any]:
    """Return *coding* as the scorer reads it; sentences are [start, end] offsets or "title"."""
    return {
        "id": coding.document_id,
        "events": [_event(mention) for mention in coding.mentions],
        "claims": [_claim(number, claim) for number, claim in enumerate(coding.claims, 1)],
    }


def _event(mention: CodedMention) -> dict[str, Any]:
    days = mention.start_date and {
        "start": mention.start_date.isoformat(),
        "end": (mention.end_date or mention.start_date).isoformat(),
    }
    place = mention.place and {
        "text": mention.place.text,
        "country": mention.place.country_code,
        "admin1": mention.place.admin1,
    }
    return {
        "eid": mention.number,
        "type": mention.type_code,
        "modes": list(mention.mode_codes),
        "mentions": [_place(span) for span in mention.spans],
        "anchor": _place(mention.anchor),
        "actors": [_entity(entity) for entity in mention.actors],
        "recipients": [_entity(entity) for entity in mention.recipients],
        "date": days,
        "place": place,
        "status": mention.status,
        "salience": mention.salience,
    }


def _claim(number: int, claim: CodedClaim) -> dict[str, Any]:
    row: dict[str, Any] = {
        "cid": number,
        "about": claim.about,
        "kind": claim.kind,
        "stance": claim.stance,
        "sentence": _place(claim.span),
        "source": _entity(claim.source) if claim.source else None,
    }
    if claim.accused:
        row["accused"] = _entity(claim.accused)
    if claim.kind not in ("occurrence", "actor"):
        row |= {"min": claim.count_min, "max": claim.count_max}
    if claim.counted:
        row["of"] = _entity(claim.counted)
    return row | ({"cumulative": True} if claim.is_cumulative else {})


def _place(span: Span) -> list[int] | str:
    return "title" if span.part == "title" else [span.start, span.end]


def _entity(entity: Entity) -> dict[str, str | None]:
    return {"text": entity.text, "country": entity.country_code, "role": entity.role_code}
