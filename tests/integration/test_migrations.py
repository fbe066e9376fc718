"""Migrations bring an empty database to the shape of the tables, and back to nothing, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from pipeline.errors import ConfigError
from pipeline.io.schema import migrate
from pipeline.io.store import Store
from pipeline.io.tables import ArticleRow, Base, StoryMemberRow
from pipeline.records import Article, StoryMember


@pytest.fixture(params=["sqlite", "postgresql"])
def blank(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A database without tables."""
    if request.param == "sqlite":
        yield Store(f"sqlite:///{tmp_path / 'blank.db'}")
        return
    url: str = request.getfixturevalue("postgresql_server")
    server = Store(url)
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("drop database if exists blank with (force)"))
        connection.execute(text("create database blank"))
    store = Store(url.replace("/postgres?", "/blank?"))
    yield store
    store.engine.dispose()
    server.engine.dispose()


def url_of(store: Store) -> str:
    return store.engine.url.render_as_string(hide_password=False)


def names(store: Store) -> set[str]:
    return set(inspect(store.engine).get_table_names())


def test_up_makes_every_table_and_down_removes_them(blank: Store) -> None:
    migrate(url_of(blank))
    assert names(blank) == {*Base.metadata.tables, "alembic_version"}
    blank.require_schema()
    migrate(url_of(blank), "base")
    assert names(blank) == {"alembic_version"}


def test_up_and_down_and_up_again_can_be_repeated(blank: Store) -> None:
    for revision in ("head", "head", "base", "base", "head", "-1", "0001"):
        migrate(url_of(blank), revision)
    blank.require_schema()


def test_the_migrated_database_is_what_the_models_say(blank: Store) -> None:
    migrate(url_of(blank))
    with blank.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_revision_that_does_not_exist_is_named(blank: Store) -> None:
    with pytest.raises(ConfigError, match=r"migrate .*: Can't locate revision identified by 'nonsense'"):
        migrate(url_of(blank), "nonsense")


def test_migrating_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("These are notes.\n" * 100)
    with pytest.raises(
        ConfigError, match=r"^migrate sqlite:.*notes.db: file is not a database; EVENTWIRE_DATABASE_URL"
    ):
        migrate(f"sqlite:///{path}")


OLD_ROWS = (
    "insert into source values ('a', 'A', null, 'en', 'UTC', '', null, null, true)",
    "insert into feed (feed_id, source_id, url, is_active, etag, last_modified, failure_count) "
    "values ('f', 'a', 'http://a.example/rss', true, '\"1\"', 'Mon, 16 Nov 2026 10:00:00 GMT', 2)",
    *(
        "insert into entry (entry_id, day, source_id, feed_id, guid, url, title, summary, seen_at, fetch_state, "
        f"fetch_attempts) values ('{key}', '2026-11-16', 'a', 'f', '', '{url}', '{title}', '', '{at}', '{state}', 1)"
        for key, url, title, at, state in (
            ("e1", "http://a.example/1", "First", "2026-11-16 10:00:00", "fetched"),
            ("e2", "http://www.a.example/1?utm_source=x", "Second", "2026-11-16 11:00:00", "pending"),
            ("e3", "http://a.example/2", "Other", "2026-11-16 10:00:00", "failed"),
        )
    ),
    "insert into page (page_id, day, source_id, entry_id, url, final_url, status_code, content_type, captured_at, "
    "archive_file, archive_offset, payload_digest, payload_bytes, feed_title) values ('p', '2026-11-16', 'a', 'e1', "
    "'http://a.example/1', 'http://a.example/1', 200, '', '2026-11-16 10:00:00', 'f', 0, 'd', 1, '')",
    "insert into poll (poll_id, day, feed_id, source_id, checked_at, outcome, entry_count, new_count) "
    "values ('q', '2026-11-16', 'f', 'a', '2026-11-16 10:00:00', 'failed', 0, 0)",
)


def test_what_was_harvested_before_addresses_were_known_is_kept(blank: Store) -> None:
    migrate(url_of(blank), "0001")
    with blank.transaction() as connection:
        for row in OLD_ROWS:
            connection.execute(text(row))
    migrate(url_of(blank))
    with blank.transaction() as connection:
        asked = "select canonical_url, state, entry_id, revision, attempts from address order by canonical_url"
        assert [tuple(row) for row in connection.execute(text(asked))] == [
            ("https://a.example/1", "pending", "e2", "Second", 1),
            ("https://a.example/2", "failed", "e3", "Other", 1),
        ]
        assert connection.scalar(text("select count(distinct address_id) from entry")) == 2
        (feed,) = connection.execute(text("select * from feed")).mappings()
        assert (feed["state"], feed["temporary_count"], feed["etag"], feed["last_modified"]) == ("new", 2, None, None)
        assert connection.scalar(text("select state from poll")) == "failing"
    migrate(url_of(blank), "-2")
    with blank.transaction() as connection:
        states = "select entry_id, fetch_state from entry order by entry_id"
        assert [tuple(row) for row in connection.execute(text(states))] == [
            ("e1", "pending"), ("e2", "pending"), ("e3", "failed"),
        ]  # fmt: skip


def test_articles_and_stories_of_before_are_kept(blank: Store) -> None:
    migrate(url_of(blank), "0001")
    with blank.transaction() as connection:
        for row in OLD_ROWS:
            connection.execute(text(row))
        for version_id in ("v1", "v2"):
            connection.execute(
                text(
                    "insert into article (version_id, article_id, day, source_id, page_id, canonical_url, title, authors, "
                    "language_code, is_paywalled, text, word_count, story_id, extractor, captured_at) values "
                    f"('{version_id}', 'x', '2026-11-16', 'a', 'p', 'http://a.example/1', 'T', '[]', 'en', false, 'Text', "
                    "1, 'story', 'eventwire/1', '2026-11-16 10:00:00')"
                )
            )
    migrate(url_of(blank))

    articles = blank.records(Article, ArticleRow)
    assert [(article.text, article.notes, article.paragraphs, article.is_truncated) for article in articles] == [
        ("Text", (), (), False)
    ] * 2
    members = blank.records(StoryMember, StoryMemberRow)
    assert [(member.version_id, member.story_id, member.signature) for member in members] == [
        ("v1", "story", b""),
        ("v2", "story", b""),
    ]
    migrate(url_of(blank), "-1")
    with blank.transaction() as connection:
        assert connection.scalars(text("select story_id from article")).all() == ["story", "story"]
