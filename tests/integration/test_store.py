"""The operational store on both databases: replacing days, and saying what is wrong."""

import sqlite3
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from support.make import DAY, NEXT, NOON, article, entry, fill

from pipeline import records
from pipeline.errors import ConfigError, StageError
from pipeline.feeds.health import FeedHealth
from pipeline.io.accounts import rejection_row
from pipeline.io.rows import from_row, to_row
from pipeline.io.store import Store, table_of
from pipeline.io.tables import (
    ArticleRow,
    Base,
    ClaimRow,
    CodingRow,
    EntryRow,
    EventRow,
    FeedRow,
    LinkRow,
    MentionRow,
    PageRow,
    RejectionRow,
    SourceRow,
)
from pipeline.records import Article, Entity, Entry, Event, Link, Mention, Place, Rejection, Span

AWKWARD = "Ağrı – “naïve” 日本語 🕊️ \t tab\nline ' \" % :x \\ -- ; ــعربي"


def event(event_id: str, day: date = DAY, **changes: Any) -> dict[str, Any]:
    made = Event(
        event_id=event_id, day=day, type_code="ASSAULT", event_date=day, reported_date=day, place_name=None,
        country_code="AZE", actor_codes=("ARM",), recipient_codes=(),
    )  # fmt: skip
    return to_row(made) | changes


def rejection(key: str, stage: str = "extract", message: str = "no text") -> dict[str, Any]:
    return rejection_row(DAY, stage, Rejection(key=key, error="RecordError", message=message))


def events(store: Store) -> dict[str, date]:
    return {row["event_id"]: row["day"] for row in store.rows(EventRow)}


# ── replacing a day ──────────────────────────────────────────────────────────────────────────


def test_the_same_day_a_second_time_changes_nothing(store: Store) -> None:
    rows, rejected = [event("a"), event("b")], [rejection("x")]
    assert store.replace_day(DAY, "extract", {EventRow: rows}, rejected) == 3
    assert store.replace_day(DAY, "extract", {EventRow: rows}, rejected) == 0
    assert store.rows(EventRow) == rows


def test_added_removed_and_changed_rows_are_counted(store: Store) -> None:
    store.replace_day(DAY, "link", {EventRow: [event("same"), event("changed"), event("removed")]}, [])
    rows = [event("same"), event("changed", country_code="ARM"), event("added")]
    assert store.replace_day(DAY, "link", {EventRow: rows}, []) == 3
    assert {row["event_id"]: row["country_code"] for row in store.rows(EventRow)} == {
        "same": "AZE", "changed": "ARM", "added": "AZE",
    }  # fmt: skip


def test_other_days_are_left_alone(store: Store) -> None:
    store.replace_day(DAY, "link", {EventRow: [event("a")]}, [])
    store.replace_day(NEXT, "link", {EventRow: [event("b", NEXT)]}, [])
    store.replace_day(DAY, "link", {EventRow: []}, [])
    assert events(store) == {"b": NEXT}


@pytest.mark.parametrize("order", [(DAY, NEXT), (NEXT, DAY)])
def test_the_earliest_day_owns_a_key_whatever_the_order(store: Store, order: tuple[date, date]) -> None:
    for day in order:
        store.replace_day(day, "link", {EventRow: [event("shared", day), event(f"only-{day}", day)]}, [])
    assert events(store) == {"shared": DAY, f"only-{DAY}": DAY, f"only-{NEXT}": NEXT}


def test_a_later_day_that_gave_way_stays_stable(store: Store) -> None:
    store.replace_day(DAY, "link", {EventRow: [event("shared")]}, [])
    store.replace_day(NEXT, "link", {EventRow: [event("shared", NEXT)]}, [])
    assert store.replace_day(NEXT, "link", {EventRow: [event("shared", NEXT)]}, []) == 0


def test_a_key_given_twice_is_stored_once(store: Store) -> None:
    assert store.replace_day(DAY, "link", {EventRow: [event("a"), event("a")]}, []) == 1


def test_more_keys_than_one_statement_takes_are_replaced(store: Store) -> None:
    later = [event(f"e{number}", NEXT) for number in range(1201)]
    store.replace_day(NEXT, "link", {EventRow: later}, [])
    earlier = [row | {"day": DAY} for row in later]
    assert store.replace_day(DAY, "link", {EventRow: earlier}, []) == 1201
    assert set(events(store).values()) == {DAY}


def test_an_error_in_the_middle_leaves_all_old_rows(store: Store) -> None:
    store.replace_day(DAY, "link", {EventRow: [event("old")]}, [rejection("old", "link")])
    link = to_row(Link(mention_id="m", day=DAY, event_id="new", score=1.0, rule="r"))
    broken = {EventRow: [event("new")], LinkRow: [link | {"rule": None}]}
    with pytest.raises(StageError, match=r"operational store .*rule"):
        store.replace_day(DAY, "link", broken, [])
    assert events(store) == {"old": DAY}
    assert [row["key"] for row in store.rows(RejectionRow)] == ["old"]


def test_an_article_without_its_page_is_refused(store: Store) -> None:
    with pytest.raises(StageError, match=r"(?i)foreign key"):
        store.replace_day(DAY, "extract", {ArticleRow: [to_row(article())]}, [])


def test_rejections_are_replaced_for_their_own_stage_only(store: Store) -> None:
    store.replace_day(DAY, "fetch", {}, [rejection("f", "fetch")])
    store.replace_day(DAY, "extract", {}, [rejection("a"), rejection("b")])
    changed = store.replace_day(DAY, "extract", {}, [rejection("b", message="other"), rejection("c")])
    assert changed == 3
    assert {(row["stage"], row["key"]) for row in store.rows(RejectionRow)} == {
        ("fetch", "f"), ("extract", "b"), ("extract", "c"),
    }  # fmt: skip


def test_append_adds_only_new_keys_and_says_how_many(store: Store) -> None:
    assert store.append(EventRow, [event("a"), event("b"), event("a")]) == 2
    assert store.append(EventRow, [event("b", country_code="ARM"), event("c")]) == 1
    assert [row["country_code"] for row in store.rows(EventRow)] == ["AZE"] * 3


# ── what goes in comes out ───────────────────────────────────────────────────────────────────


def test_an_article_survives_the_round_trip(store: Store) -> None:
    fill(store)
    tokyo = timezone(timedelta(hours=9))
    written = article(
        title=AWKWARD, text=AWKWARD, authors=("Ö", AWKWARD), is_paywalled=True, published_at=None,
        captured_at=datetime(2026, 11, 16, 8, 30, 1, 234567, tzinfo=tokyo),
    )  # fmt: skip
    store.replace_day(DAY, "extract", {ArticleRow: [to_row(written)]}, [])
    (read,) = store.day(Article, ArticleRow, DAY)
    assert read == written
    assert read.captured_at.tzinfo is UTC
    assert store.replace_day(DAY, "extract", {ArticleRow: [to_row(written)]}, []) == 0


@pytest.mark.parametrize("instant", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)])
def test_instants_at_the_ends_of_the_calendar_survive(store: Store, instant: datetime) -> None:
    fill(store)
    written = entry("other", published_at=instant)
    store.append(EntryRow, [to_row(written)])
    assert store.records(Entry, EntryRow, table_of(EntryRow).c.entry_id == "other") == [written]


def test_nested_records_survive_the_round_trip(store: Store) -> None:
    party = Entity(text=AWKWARD, country_code=None, role_code="MIL")
    written = Mention(
        mention_id="m", day=DAY, version_id="v", article_id="a", source_id="s", story_id="t", type_code="ASSAULT",
        mode_codes=("heavy-weapons",), status="occurred", salience="main", event_date=DAY, event_end_date=None,
        date_precision="day", reported_date=DAY, actors=(party,), recipients=(),
        place=Place(name="Şəmkir", country_code="AZE", admin1=None, latitude=40.83, longitude=1 / 3, precision="place"),
        sentence=AWKWARD, sentence_start=0, sentence_end=2**31 - 1, spans=(Span(part="title", start=1, end=2),),
        rule="r", coder="c",
    )  # fmt: skip
    store.replace_day(DAY, "normalize", {MentionRow: [to_row(written)]}, [])
    assert store.day(Mention, MentionRow, DAY) == [written]
    assert store.replace_day(DAY, "normalize", {MentionRow: [to_row(written)]}, []) == 0


def test_rows_come_in_the_order_asked_for_then_by_key(store: Store) -> None:
    codes = {"a": "Z", "b": "A", "c": "A"}
    store.append(EventRow, [event(key, country_code=code) for key, code in codes.items()])
    assert [row["event_id"] for row in store.rows(EventRow, order=("country_code",))] == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("record", "model", "beside"),
    [
        (records.Source, SourceRow, {"is_active"}),
        (FeedHealth, FeedRow, {"is_active", "source_id"}),
        (records.Entry, EntryRow, set()),
        (records.Page, PageRow, set()),
        (records.Article, ArticleRow, set()),
        (records.Coding, CodingRow, {"day"}),
        (records.Mention, MentionRow, set()),
        (records.Claim, ClaimRow, set()),
        (records.Event, EventRow, set()),
        (records.Link, LinkRow, set()),
        (records.Rejection, RejectionRow, {"rejection_id", "day", "stage", "table_name"}),
    ],
)
def test_a_record_and_its_table_have_the_same_fields(record: type, model: type[Base], beside: set[str]) -> None:
    names = {field.name for field in fields(record)} - ({"feeds"} if record is records.Source else set())
    assert {column.name for column in table_of(model).columns} == names | beside


def test_instants_are_rows_in_utc_and_other_columns_are_left_alone() -> None:
    row = to_row(entry(seen_at=NOON.astimezone(timezone(timedelta(hours=-5)))))
    assert row["seen_at"].tzinfo is UTC
    assert from_row(Entry, row | {"other": "pending"}) == entry()


# ── trouble ──────────────────────────────────────────────────────────────────────────────────


def text_file(folder: Path) -> str:
    path = folder / "notes.db"
    path.write_text("These are notes, and no database.\n" * 100)
    return f"sqlite:///{path}"


def folder_itself(folder: Path) -> str:
    return f"sqlite:///{folder}"


def empty_database(folder: Path) -> str:
    return f"sqlite:///{folder / 'new.db'}"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (text_file, "file is not a database; EVENTWIRE_DATABASE_URL names a file of another kind"),
        (folder_itself, "unable to open database file; the folder cannot be read or written"),
        (empty_database, "no such table: event; run `eventwire migrate` first"),
    ],
)
def test_a_wrong_place_is_one_sentence_that_no_retry_helps(
    tmp_path: Path, url: Callable[[Path], str], words: str
) -> None:
    store = Store(url(tmp_path))
    with pytest.raises(ConfigError) as caught:
        store.rows(EventRow)
    assert str(caught.value) == f"operational store {store.where}: {words}"


def test_a_file_that_may_only_be_read_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    store = Store(f"sqlite:///file:{tmp_path / 'eventwire.db'}?mode=ro&uri=true")
    with pytest.raises(ConfigError, match=r"readonly database; the file cannot be written: check its owner and mode$"):
        store.append(EventRow, [event("a")])


def test_missing_tables_are_told_before_anything_starts(tmp_path: Path, store: Store) -> None:
    store.require_schema()
    with pytest.raises(ConfigError, match=r"has no tables: run `eventwire migrate` first$"):
        Store(empty_database(tmp_path)).require_schema()


def test_a_missing_table_in_postgresql_says_what_to_run(postgresql_server: str) -> None:
    engine = Store(postgresql_server).engine
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("create database without_tables")
    store = Store(postgresql_server.replace("/postgres?", "/without_tables?"))
    with pytest.raises(ConfigError, match=r'relation "event" does not exist; run `eventwire migrate` first$'):
        store.rows(EventRow)
    store.engine.dispose()
    engine.dispose()


def test_a_missing_database_says_to_create_it(postgresql_server: str) -> None:
    with pytest.raises(ConfigError, match=r'database "nowhere" does not exist; create it'):
        Store(postgresql_server.replace("/postgres?", "/nowhere?")).rows(EventRow)


def test_a_server_that_does_not_answer_may_answer_later() -> None:
    with pytest.raises(StageError) as caught:
        Store("postgresql+psycopg://user:secret@127.0.0.1:1/x").rows(EventRow)
    assert "Connection refused" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_locked_database_may_be_free_later(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    holder = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    holder.execute("begin immediate")
    with store.engine.connect() as connection:
        connection.exec_driver_sql("pragma busy_timeout=50")  # the pool hands this very connection out again
    with pytest.raises(StageError, match=r"database is locked; another process holds it: wait for that to end$"):
        store.append(EventRow, [event("a")])
    holder.close()
    assert store.append(EventRow, [event("a")]) == 1


@pytest.mark.parametrize(
    "url", ["", "nonsense", "nosql://host/x", "postgresql+psycopg://user@host:port/x", "postgresql+nodriver://host/x"]
)
def test_an_address_that_is_none_names_the_setting(url: str) -> None:
    with pytest.raises(ConfigError, match=r"^EVENTWIRE_DATABASE_URL: .*give a SQLAlchemy address such as"):
        Store(url)


def test_a_folder_that_cannot_be_made_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"cannot make the folder .*set EVENTWIRE_HOME to a folder"):
        Store(f"sqlite:///{tmp_path / 'file' / 'below' / 'x.db'}")


def test_a_torn_file_says_to_restore_it(sqlite_url: str, tmp_path: Path) -> None:
    path = tmp_path / "eventwire.db"
    body = path.read_bytes()
    path.write_bytes(body[:4096] + b"\xff" * (len(body) - 4096))
    with pytest.raises(StageError, match=r"malformed; restore it from a backup; nothing was changed$"):
        Store(sqlite_url).rows(EventRow)
