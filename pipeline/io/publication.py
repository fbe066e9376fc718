"""The batch about to be published: one day of the operational store as rows of the warehouse's fact tables.

`check` judges these rows and `load` publishes the very same (their digest says so), less the quarantined.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import blake2b
from typing import Any

from pydantic_core import to_json
from sqlalchemy import func, select

from pipeline.events.ontology import score
from pipeline.feeds.coverage import Coverage, coverage_state
from pipeline.io.feed_days import feed_days
from pipeline.io.store import Row, Store, chunks, table_of
from pipeline.io.tables import (
    ArticleRow,
    Base,
    ClaimRow,
    EntryRow,
    EventRow,
    LinkRow,
    MentionRow,
    PageRow,
    RejectionRow,
    RevisionRow,
    SightingRow,
    SourceDayRow,
    StoryMemberRow,
)
from pipeline.io.versions import story_ids

KEYS = {"article": "version_id", "mention": "mention_id", "claim": "claim_id", "coverage": "source_id", "day": "day"}
QUARANTINED = ("article", "mention", "claim")  # rows of the others are shown even when they break a rule
MANY = 20  # English articles of a day among which a working coder finds something
PAGE_COLUMNS = ("url", "archive_file", "archive_offset", "payload_digest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One day's rows by table, in a fixed order."""

    day: date
    tables: Mapping[str, Sequence[Row]]

    @property
    def digest(self) -> str:
        """Equal for equal rows."""
        return blake2b(to_json(self.tables), digest_size=16).hexdigest()

    def without(self, quarantined: Mapping[str, frozenset[str]]) -> "Publication":
        """Leave out quarantined rows and all that rests on them."""
        versions = quarantined.get("article", frozenset())
        mentions = quarantined.get("mention", frozenset()) | {
            row["mention_id"] for row in self.tables["mention"] if row["version_id"] in versions
        }
        claims = quarantined.get("claim", frozenset())

        def keeps(row: Row) -> bool:
            return (
                row.get("version_id") not in versions
                and row.get("mention_id") not in mentions
                and row.get("claim_id") not in claims
            )

        tables = {name: [row for row in rows if keeps(row)] for name, rows in self.tables.items()}
        return Publication(day=self.day, tables=tables)


def summary(publication: Publication) -> Row:
    """The day as one row, for rules about the day as a whole."""
    english = len({row["article_id"] for row in publication.tables["article"] if row["language_code"] == "en"})
    return {
        "day": publication.day.isoformat(),
        "article_count": len(publication.tables["article"]),
        "english_count": english,
        "mention_count": len(publication.tables["mention"]),
        "is_coder_silent": english >= MANY and not publication.tables["mention"],
    }


def read_publication(store: Store, day: date) -> Publication:
    """Read one day's rows as the warehouse will have them."""
    pages = {row["page_id"]: row for row in store.rows(PageRow, PageRow.day == day)}
    members = {row["version_id"]: row for row in store.rows(StoryMemberRow, StoryMemberRow.day == day)}
    links = _whole_links(store, day)
    mentions = _with_stories(store, store.rows(MentionRow, MentionRow.day == day))
    claims = _with_stories(store, store.rows(ClaimRow, ClaimRow.day == day))
    tables = {
        "article": [_article(row, pages, members) for row in store.rows(ArticleRow, ArticleRow.day == day)],
        "mention": [_mention(row, links.get(row["mention_id"])) for row in mentions],
        "participant": [party for row in mentions for party in _participants(row)],
        "revision": store.rows(RevisionRow, RevisionRow.day == day),
        "sighting": store.rows(SightingRow, SightingRow.day == day),
        "claim": [_claim(row) for row in claims],
        "coverage": [asdict(row) for row in coverage(store, day)],
        "feed_day": feed_days(store, day),
        "rejection": store.rows(RejectionRow, RejectionRow.day == day, RejectionRow.stage != "check"),
    }
    return Publication(day=day, tables=tables)


def _with_stories(store: Store, rows: Sequence[Row]) -> list[Row]:
    """The rows with the stories of their versions as they are now."""
    stories = story_ids(store, {row["version_id"] for row in rows})
    return [row | {"story_id": stories.get(row["version_id"], row["version_id"])} for row in rows]


def _whole_links(store: Store, day: date) -> dict[str, Row]:
    """The day's links by mention, less those to events that are gone (an earlier day was coded anew)."""
    links = store.rows(LinkRow, LinkRow.day == day)
    event = table_of(EventRow)
    with store.transaction() as connection:
        known = {
            event_id
            for some in chunks({row["event_id"] for row in links})
            for event_id in connection.scalars(select(event.c.event_id).where(event.c.event_id.in_(some)))
        }
    return {row["mention_id"]: row for row in links if row["event_id"] in known}


def _article(row: Row, pages: Mapping[str, Row], members: Mapping[str, Row]) -> Row:
    page, story = pages[row["page_id"]], members.get(row["version_id"], {})
    fact = {name: value for name, value in row.items() if name not in {"text", "paragraphs", "page_id"}}
    return (
        fact
        | {name: page[name] for name in PAGE_COLUMNS}
        | {
            "story_id": story.get("story_id", row["version_id"]),
            "story_similarity": story.get("similarity", 1.0),
            "story_rule": story.get("rule", "first"),
        }
    )


def _mention(row: Row, link: Row | None) -> Row:
    nested = {"actors", "recipients", "place", "spans"}
    place = row["place"] or {}
    return {name: value for name, value in row.items() if name not in nested} | {
        "event_id": link["event_id"] if link else None,
        "link_score": link["score"] if link else None,
        "link_rule": link["rule"] if link else None,
        "score": score(row["type_code"], row["mode_codes"]),
        **_entity("actor", next(iter(row["actors"]), None)),
        **_entity("recipient", next(iter(row["recipients"]), None)),
        "place_name": place.get("name"),
        "place_country_code": place.get("country_code"),
        "admin1": place.get("admin1"),
        "latitude": place.get("latitude"),
        "longitude": place.get("longitude"),
        "place_precision": place.get("precision", "none"),
        "geonames_id": place.get("geonames_id"),
    }


def _participants(row: Row) -> list[Row]:
    return [
        {
            "mention_id": row["mention_id"],
            "day": row["day"],
            "part": part,
            "ordinal": ordinal,
            "name": party["text"],
            "country_code": party["country_code"],
            "role_code": party["role_code"],
        }
        for part, parties in (("actor", row["actors"]), ("recipient", row["recipients"]))
        for ordinal, party in enumerate(parties, 1)
    ]


def _claim(row: Row) -> Row:
    nested = ("claimant", "accused", "counted")
    flat = {name: value for name, value in row.items() if name not in nested}
    for part in nested:
        flat |= _entity(part, row[part])
    return flat


def _entity(part: str, entity: Mapping[str, Any] | None) -> Row:
    entity = entity or {}
    return {
        f"{part}_name": entity.get("text"),
        f"{part}_country_code": entity.get("country_code"),
        f"{part}_role_code": entity.get("role_code"),
    }


def coverage(store: Store, day: date) -> list[Coverage]:
    """Account for every source of the day's catalogue, from rows of that day only."""
    feeds = feed_days(store, day)
    polled = {row["source_id"] for row in feeds}
    answered = Counter(row["source_id"] for row in feeds if row["is_answered"])
    entries, pages, articles = (_count(store, model, day) for model in (EntryRow, PageRow, ArticleRow))
    rejected = Counter(
        row["source_id"]
        for row in store.rows(RejectionRow, RejectionRow.day == day, RejectionRow.stage.in_(("fetch", "extract")))
    )
    return [
        _coverage(row, row["source_id"] in polled, answered, entries, pages, rejected, articles)
        for row in store.rows(SourceDayRow, SourceDayRow.day == day, order=("source_id",))
    ]


def _coverage(
    row: Row,
    polled: bool,
    answered: Counter[str],
    entries: Counter[str],
    pages: Counter[str],
    rejected: Counter[str],
    articles: Counter[str],
) -> Coverage:
    source, bounds = row["source_id"], (row["articles_min"], row["articles_max"])
    return Coverage(
        day=row["day"],
        source_id=source,
        feed_count=row["feed_count"],
        answered_feed_count=answered[source],
        entry_count=entries[source],
        page_count=pages[source],
        rejected_count=rejected[source],
        article_count=articles[source],
        articles_min=bounds[0],
        articles_max=bounds[1],
        state=coverage_state(
            polled=polled,
            answered_feed_count=answered[source],
            rejected_count=rejected[source],
            article_count=articles[source],
            articles_min=bounds[0],
            articles_max=bounds[1],
        ),
    )


def _count(store: Store, model: type[Base], day: date) -> Counter[str]:
    table = table_of(model)
    query = select(table.c.source_id, func.count()).where(table.c.day == day).group_by(table.c.source_id)
    with store.transaction() as connection:
        return Counter(dict(iter(connection.execute(query))))
