"""Chains of article versions in the store: which version stands, and a log of what became the newest."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import Column, ColumnElement, Connection, exists, insert, select, text

from pipeline.io.store import Row, Store, chunks, replace_rejections, replace_rows, table_of
from pipeline.io.tables import ArticleChangeRow, ArticleRow, Base, RevisionRow, SightingRow, SourceRow, StoryMemberRow
from pipeline.records import Article, make_id
from pipeline.urls import canonical_url

ARTICLE, CHANGE, SIGHTING, STORY_MEMBER = map(table_of, (ArticleRow, ArticleChangeRow, SightingRow, StoryMemberRow))


def replace_versions(
    store: Store, day: date, tables: Mapping[type[Base], Sequence[Row]], rejections: Sequence[Row]
) -> tuple[int, list[date]]:
    """Replace the day's versions, sightings and revisions, and log of each article whether another version stands now.

    Returns how many rows are not as they were, and the later days whose versions follow others than before.
    """
    until = SIGHTING.c.day <= day
    with store.transaction() as connection:
        touched = _sighted(connection, day)
        before = newest(connection, touched, until)
        changed = sum(replace_rows(connection, model, day, rows) for model, rows in tables.items())
        changed += replace_rejections(connection, day, "extract", rejections)
        if not changed:
            return 0, []
        touched |= _sighted(connection, day)
        _log(connection, touched)
        after = newest(connection, touched, until)
        others = {article_id for article_id in touched if before.get(article_id) != after.get(article_id)}
        return changed, _sighted_later(connection, day, others)


def newest(connection: Connection, article_ids: Iterable[str], *where: ColumnElement[bool]) -> dict[str, str]:
    """Of each article the version that was seen last, as far as there are sightings."""
    found: dict[str, str] = {}
    for some in chunks(article_ids):
        query = (
            select(SIGHTING.c.article_id, SIGHTING.c.version_id)
            .join(ARTICLE, ARTICLE.c.version_id == SIGHTING.c.version_id)
            .where(SIGHTING.c.article_id.in_(some), *where)
            .order_by(SIGHTING.c.captured_at, SIGHTING.c.version_id.desc())
        )
        found |= dict(iter(connection.execute(query)))
    return found


def history(store: Store, day: date, article_ids: Iterable[str]) -> tuple[dict[str, Article], set[str]]:
    """What was there before that day: of each article the version seen last, and the ids of all its versions."""
    article_ids = set(article_ids)
    with store.transaction() as connection:
        version_ids = newest(connection, article_ids, SIGHTING.c.day < day).values()
    stands = {
        article.article_id: article
        for some in chunks(version_ids)
        for article in store.records(Article, ArticleRow, ArticleRow.version_id.in_(some))
    }
    known = select(ARTICLE.c.version_id).where(ARTICLE.c.day < day)
    with store.transaction() as connection:
        return stands, {
            version_id
            for some in chunks(article_ids)
            for version_id in connection.scalars(known.where(ARTICLE.c.article_id.in_(some)))
        }


def newest_on(store: Store, day: date) -> set[str]:
    """Of each article seen on the day, the version that was seen last on it."""
    with store.transaction() as connection:
        return set(newest(connection, _sighted(connection, day), SIGHTING.c.day == day).values())


def changed_after(store: Store, cursor: int, limit: int) -> list[Row]:
    """Articles whose newest version became another after the change numbered *cursor*, each once, in order of change.

    A row has `change_id` (the next cursor), `recorded_at`, `article_id`, `version_id`, and the version's `day`,
    `source_id`, `canonical_url`, `title`: none of these when no version of the article is left.
    """
    later = CHANGE.alias()
    is_last = ~exists().where(later.c.article_id == CHANGE.c.article_id, later.c.change_id > CHANGE.c.change_id)
    columns = (ARTICLE.c[name] for name in ("day", "source_id", "canonical_url", "title"))
    query = (
        select(CHANGE, *columns)
        .outerjoin(ARTICLE, ARTICLE.c.version_id == CHANGE.c.version_id)
        .where(CHANGE.c.change_id > cursor, is_last)
        .order_by(CHANGE.c.change_id)
        .limit(limit)
    )
    with store.transaction() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def article_ids(store: Store, which: str) -> list[str]:
    """The ids of the articles that are meant by their id, a version's id, or an address in whatever spelling."""
    sources = [row["source_id"] for row in store.rows(SourceRow)]
    candidates = [which, *(make_id(source_id, canonical_url(which)) for source_id in sources)]
    with store.transaction() as connection:
        return sorted(
            {
                article_id
                for some in chunks(candidates)
                for article_id in connection.scalars(
                    select(ARTICLE.c.article_id).where(ARTICLE.c.article_id.in_(some) | ARTICLE.c.version_id.in_(some))
                )
            }
        )


def texts(store: Store, version_ids: Iterable[str]) -> dict[str, str]:
    """The texts of versions by their ids, without those that are gone."""
    return _column(store, ARTICLE.c.version_id, ARTICLE.c.text, version_ids)


def story_ids(store: Store, version_ids: Iterable[str]) -> dict[str, str]:
    """The stories of versions by their ids, as far as they are grouped."""
    return _column(store, STORY_MEMBER.c.version_id, STORY_MEMBER.c.story_id, version_ids)


def _column(store: Store, key: Column[str], value: Column[str], keys: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    with store.transaction() as connection:
        for some in chunks(set(keys)):
            found |= dict(iter(connection.execute(select(key, value).where(key.in_(some)))))
    return found


def chain(store: Store, article_id: str) -> list[Row]:
    """The article's versions from first to last captured, each with its `revision` (none of the first) and `seen_at`,
    the instants of its last sighting on each day."""
    versions = store.rows(ArticleRow, ArticleRow.article_id == article_id, order=("captured_at",))
    revisions = {row["version_id"]: row for row in store.rows(RevisionRow, RevisionRow.article_id == article_id)}
    sightings = store.rows(SightingRow, SightingRow.article_id == article_id, order=("captured_at",))
    return [
        version
        | {
            "revision": revisions.get(version["version_id"]),
            "seen_at": [row["captured_at"] for row in sightings if row["version_id"] == version["version_id"]],
        }
        for version in versions
    ]


def _sighted(connection: Connection, day: date) -> set[str]:
    return set(connection.scalars(select(SIGHTING.c.article_id).where(SIGHTING.c.day == day)))


def _sighted_later(connection: Connection, day: date, article_ids: Iterable[str]) -> list[date]:
    days = select(SIGHTING.c.day).where(SIGHTING.c.day > day).distinct()
    chosen = (connection.scalars(days.where(SIGHTING.c.article_id.in_(some))) for some in chunks(article_ids))
    return sorted({later for some in chosen for later in some})


def _log(connection: Connection, article_ids: set[str]) -> None:
    if connection.dialect.name == "postgresql":  # so that numbers are visible in their order, and no cursor skips one
        connection.execute(text("lock table article_change in exclusive mode"))
    stands = newest(connection, article_ids)
    stood = select(CHANGE.c.article_id, CHANGE.c.version_id).order_by(CHANGE.c.change_id)
    logged: dict[str, str | None] = {}
    for some in chunks(article_ids):
        logged |= dict(iter(connection.execute(stood.where(CHANGE.c.article_id.in_(some)))))
    now = datetime.now(UTC)
    rows = [
        {"article_id": article_id, "version_id": stands.get(article_id), "recorded_at": now}
        for article_id in sorted(article_ids)
        if stands.get(article_id) != logged.get(article_id)
    ]
    if rows:
        connection.execute(insert(CHANGE), rows)
