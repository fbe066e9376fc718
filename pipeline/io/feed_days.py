"""What each feed gave on a day, from rows of that day only; how often it was polled makes no difference."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, Connection, func, select

from pipeline.io.store import Row, Store, table_of
from pipeline.io.tables import FeedRow, GapRow, PollRow

FEED, GAP, POLL = table_of(FeedRow), table_of(GapRow), table_of(PollRow)


def feed_days(store: Store, day: date) -> list[Row]:
    """One row a feed that was polled or is gone, in the order of their ids."""
    with store.transaction() as connection:
        states = _at_last(connection, day, "state", POLL.c.state.is_not(None))
        errors = _at_last(connection, day, "error", POLL.c.error.is_not(None))
        gaps = _gaps(connection, day)
        return [
            row
            | {"state": states[row["feed_id"]], "last_error": errors.get(row["feed_id"])}
            | _of(gaps, row["feed_id"])
            for row in _polled(connection, day)
        ]


def _polled(connection: Connection, day: date) -> list[Row]:
    kinds = _kinds(connection, day)
    query = (
        select(
            POLL.c.day,
            POLL.c.feed_id,
            POLL.c.source_id,
            FEED.c.url,
            func.min(POLL.c.checked_at, type_=POLL.c.checked_at.type).label("polled_at"),
            (func.count() > func.count(POLL.c.error)).label("is_answered"),
            func.sum(POLL.c.new_count).label("entry_count"),
        )
        .join(FEED, FEED.c.feed_id == POLL.c.feed_id)
        .where(POLL.c.day == day)
        .group_by(POLL.c.day, POLL.c.feed_id, POLL.c.source_id, FEED.c.url)
        .order_by(POLL.c.feed_id)
    )
    return [
        dict(row) | {"is_answered": bool(row["is_answered"]), "failure_kinds": sorted(kinds.get(row["feed_id"], ()))}
        for row in connection.execute(query).mappings()
    ]


def _kinds(connection: Connection, day: date) -> Mapping[str, set[str]]:
    kinds: dict[str, set[str]] = {}
    query = select(POLL.c.feed_id, POLL.c.failure_kind).where(POLL.c.day == day, POLL.c.failure_kind.is_not(None))
    for feed_id, kind in connection.execute(query.distinct()):
        kinds.setdefault(feed_id, set()).add(kind)
    return kinds


def _at_last(connection: Connection, day: date, name: str, among: ColumnElement[bool]) -> Mapping[str, str]:
    """One column of each feed's last poll of the day, among those polls."""
    last = (
        select(POLL.c.feed_id, func.max(POLL.c.checked_at).label("at"))
        .where(POLL.c.day == day, among)
        .group_by(POLL.c.feed_id)
        .subquery()
    )
    is_last = (POLL.c.feed_id == last.c.feed_id) & (POLL.c.checked_at == last.c.at)
    query = select(POLL.c.feed_id, POLL.c[name]).join(last, is_last).where(POLL.c.day == day, among)
    return {row[0]: row[1] for row in connection.execute(query)}


def _gaps(connection: Connection, day: date) -> Mapping[str, Row]:
    query = (
        select(
            GAP.c.feed_id,
            func.count().label("gap_count"),
            func.sum(GAP.c.missed_estimate).label("missed_estimate"),
        )
        .where(GAP.c.day == day)
        .group_by(GAP.c.feed_id)
    )
    return {row["feed_id"]: dict(row) for row in connection.execute(query).mappings()}


def _of(gaps: Mapping[str, Row], feed_id: str) -> Row:
    return gaps.get(feed_id, {"feed_id": feed_id, "gap_count": 0, "missed_estimate": None})
