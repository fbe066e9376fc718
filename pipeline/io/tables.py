"""The operational store's tables, in flow order; migrations/ brings a database to this shape.

Columns of a record's table carry the names of the record's fields; nested values are JSON.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; SQLite has no time zones of its own."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=CONSTRAINT_NAMES)
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it from the class)
        str: Text,
        datetime: Instant,
        list[Any]: JSON,
        dict[str, Any]: JSON,
    }


def id_column() -> Mapped[str]:
    return mapped_column(String(16), primary_key=True)


# ── sources ──────────────────────────────────────────────────────────────────────────────────


class SourceRow(Base):
    """A news outlet, as the catalogue declared it at the last poll."""

    __tablename__ = "source"

    source_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    country_code: Mapped[str | None]
    language_code: Mapped[str]
    time_zone: Mapped[str]
    terms: Mapped[str]
    articles_min: Mapped[int | None]
    articles_max: Mapped[int | None]
    is_active: Mapped[bool]  #: in the catalogue of the last poll


class FeedRow(Base):
    """A feed and its health (pipeline.feeds.health): what its answers were, and when it is asked again."""

    __tablename__ = "feed"

    feed_id: Mapped[str] = id_column()
    source_id: Mapped[str] = mapped_column(ForeignKey("source.source_id"), index=True)
    url: Mapped[str]
    is_active: Mapped[bool]  #: in the catalogue of the last poll
    state: Mapped[str]  #: new, active, failing, dead or gone
    poll_count: Mapped[int]
    checked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]  #: last good answer
    next_poll_at: Mapped[datetime | None]  #: none when it is gone
    not_before: Mapped[datetime | None]  #: the server asked to be left alone until then
    interval_seconds: Mapped[int]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    payload_digest: Mapped[str | None]  #: of the last whole body, which was captured then and there
    captured_at: Mapped[datetime | None]
    captured_url: Mapped[str | None]
    is_conditional: Mapped[bool]  #: false once its validators stayed while its body changed
    newest_at: Mapped[datetime | None]  #: of the entries in the last answer
    oldest_at: Mapped[datetime | None]
    address_ids: Mapped[list[Any]]  #: of the entries in the last answer
    hard_count: Mapped[int]  #: failures since the last answer, by kind
    soft_count: Mapped[int]
    temporary_count: Mapped[int]
    failing_since: Mapped[datetime | None]
    last_error: Mapped[str | None]
    moved_to: Mapped[str | None]  #: where permanent redirects lead
    moved_since: Mapped[datetime | None]
    moved_count: Mapped[int]
    adopted_url: Mapped[str | None]  #: asked in place of url, after the redirect held for days


class PollRow(Base):
    """One poll of one feed: what coverage is accounted from."""

    __tablename__ = "poll"

    poll_id: Mapped[str] = id_column()
    day: Mapped[date] = mapped_column(index=True)
    feed_id: Mapped[str] = mapped_column(ForeignKey("feed.feed_id"))
    source_id: Mapped[str]
    checked_at: Mapped[datetime]
    outcome: Mapped[str]  #: parsed, unchanged, failed or gone
    state: Mapped[str]  #: of the feed after it
    failure_kind: Mapped[str | None]  #: hard, soft or temporary
    entry_count: Mapped[int]
    new_count: Mapped[int]
    error: Mapped[str | None]


class GapRow(Base):
    """Two answers of a feed that have no entry in common: what stood between them was missed."""

    __tablename__ = "gap"

    gap_id: Mapped[str] = id_column()
    day: Mapped[date] = mapped_column(index=True)
    feed_id: Mapped[str] = mapped_column(ForeignKey("feed.feed_id"))
    source_id: Mapped[str]
    since_at: Mapped[datetime]  #: the answers before and after
    until_at: Mapped[datetime]
    missed_estimate: Mapped[int | None]  #: entries; none where the feed's dates do not tell


class HostRow(Base):
    """A host that wants to be left alone, or was not reached."""

    __tablename__ = "host"

    host: Mapped[str] = mapped_column(primary_key=True)
    blocked_until: Mapped[datetime]
    pause_seconds: Mapped[float]  #: the last pause; the next one without Retry-After is twice as long


class RobotsRow(Base):
    """A robots.txt as it was last had (RFC 9309)."""

    __tablename__ = "robots"

    origin: Mapped[str] = mapped_column(primary_key=True)  #: scheme and authority
    fetched_at: Mapped[datetime]
    status_code: Mapped[int | None]  #: none when redirects had no end
    text: Mapped[str]  #: the lines that are meant for us


class SourceDayRow(Base):
    """What the catalogue said of a source on a day that polled it: coverage of that day is judged by it."""

    __tablename__ = "source_day"

    source_day_id: Mapped[str] = id_column()
    day: Mapped[date] = mapped_column(index=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("source.source_id"))
    feed_count: Mapped[int]
    articles_min: Mapped[int | None]
    articles_max: Mapped[int | None]


# ── harvest ──────────────────────────────────────────────────────────────────────────────────


class EntryRow(Base):
    """One revision of one item of a feed."""

    __tablename__ = "entry"

    entry_id: Mapped[str] = id_column()
    day: Mapped[date] = mapped_column(index=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("source.source_id"))
    feed_id: Mapped[str] = mapped_column(ForeignKey("feed.feed_id"))
    address_id: Mapped[str] = mapped_column(String(16), index=True)
    guid: Mapped[str]
    url: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str]
    published_at: Mapped[datetime | None]
    updated_at: Mapped[datetime | None]
    seen_at: Mapped[datetime]


class AddressRow(Base):
    """An address of a source's article, in whatever spelling: when its page is wanted, and what the last one was."""

    __tablename__ = "address"
    __table_args__ = (Index("ix_address_next_fetch_at", "next_fetch_at"),)

    address_id: Mapped[str] = id_column()
    day: Mapped[date]  #: the first whose run may fetch it
    source_id: Mapped[str] = mapped_column(ForeignKey("source.source_id"))
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.entry_id"))  #: the last that named it
    canonical_url: Mapped[str]
    state: Mapped[str]  #: pending, fetched, failed, or alias of another
    alias_of: Mapped[str | None] = mapped_column(String(16))  #: the address that it redirects to
    attempts: Mapped[int]  #: failures since it was wanted
    next_fetch_at: Mapped[datetime | None]  #: none when nothing is wanted of it; a run that visits it puts it off
    revision: Mapped[str]  #: of the entry that last wanted it: its update instant, else its title
    fetch_day: Mapped[date | None]  #: the last day with a try, and how many that day had
    fetch_day_count: Mapped[int]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    captured_at: Mapped[datetime | None]  #: of the last whole body
    captured_url: Mapped[str | None]
    payload_digest: Mapped[str | None]


class CaptureRow(Base):
    """The archive's index: one row for each response and revisit record, redirects too."""

    __tablename__ = "capture"
    __table_args__ = (Index("ix_capture_url_id_captured_at", "url_id", "captured_at"),)

    capture_id: Mapped[str] = id_column()
    url_id: Mapped[str] = mapped_column(String(16))  #: of the url, which may be too long for an index
    day: Mapped[date] = mapped_column(index=True)
    url: Mapped[str]
    captured_at: Mapped[datetime]
    record_type: Mapped[str]  #: response or revisit
    status_code: Mapped[int]
    content_type: Mapped[str]
    payload_digest: Mapped[str]
    archive_file: Mapped[str]
    archive_offset: Mapped[int] = mapped_column(BigInteger)
    archive_length: Mapped[int]  #: bytes of the compressed record


class PageRow(Base):
    """One archived response to a request for an article's address."""

    __tablename__ = "page"

    page_id: Mapped[str] = id_column()
    day: Mapped[date] = mapped_column(index=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("source.source_id"))
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.entry_id"))
    url: Mapped[str]
    final_url: Mapped[str]
    status_code: Mapped[int]
    content_type: Mapped[str]
    captured_at: Mapped[datetime]
    archive_file: Mapped[str]
    archive_offset: Mapped[int] = mapped_column(BigInteger)
    payload_digest: Mapped[str]
    payload_bytes: Mapped[int]
    feed_title: Mapped[str]
    feed_published_at: Mapped[datetime | None]


# ── nightly ──────────────────────────────────────────────────────────────────────────────────


class ArticleRow(Base):
    """One version of an article's text, on the day that first captured it."""

    __tablename__ = "article"

    version_id: Mapped[str] = id_column()
    article_id: Mapped[str] = mapped_column(String(16), index=True)
    day: Mapped[date] = mapped_column(index=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("source.source_id"))
    page_id: Mapped[str] = mapped_column(ForeignKey("page.page_id"))
    canonical_url: Mapped[str]
    title: Mapped[str]
    standfirst: Mapped[str | None]
    authors: Mapped[list[Any]]
    section: Mapped[str | None]
    language_code: Mapped[str]
    language_confidence: Mapped[float]
    published_at: Mapped[datetime | None]
    published_source: Mapped[str | None]
    published_precision: Mapped[str | None]
    modified_at: Mapped[datetime | None]
    modified_source: Mapped[str | None]
    modified_precision: Mapped[str | None]
    dateline_place: Mapped[str | None]
    agency: Mapped[str | None]
    correction: Mapped[str | None]
    is_paywalled: Mapped[bool]
    is_truncated: Mapped[bool]
    text: Mapped[str]
    paragraphs: Mapped[list[Any]]
    word_count: Mapped[int]
    notes: Mapped[list[Any]]
    extractor: Mapped[str]
    captured_at: Mapped[datetime]


class SightingRow(Base):
    """A version of an article was seen on a day: which one stands now is the one that was seen last."""

    __tablename__ = "sighting"

    sighting_id: Mapped[str] = id_column()
    day: Mapped[date] = mapped_column(index=True)
    article_id: Mapped[str] = mapped_column(String(16), index=True)
    version_id: Mapped[str] = mapped_column(String(16))
    captured_at: Mapped[datetime]


class RevisionRow(Base):
    """What a version changed in its article; the first version has none."""

    __tablename__ = "revision"

    version_id: Mapped[str] = id_column()
    day: Mapped[date] = mapped_column(index=True)
    article_id: Mapped[str] = mapped_column(String(16), index=True)
    previous_version_id: Mapped[str] = mapped_column(String(16))
    words_removed: Mapped[int]
    words_added: Mapped[int]
    changes: Mapped[list[Any]]


class ArticleChangeRow(Base):
    """An article's newest version became another: a log that is only ever appended to."""

    __tablename__ = "article_change"
    __table_args__ = (
        Index("ix_article_change_article_id_change_id", "article_id", "change_id"),
        {"sqlite_autoincrement": True},
    )

    change_id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    article_id: Mapped[str] = mapped_column(String(16))
    version_id: Mapped[str | None] = mapped_column(String(16))  #: none when no version is left of it
    recorded_at: Mapped[datetime]


class StoryMemberRow(Base):
    """An article version is one of a story's near-identical texts."""

    __tablename__ = "story_member"

    version_id: Mapped[str] = id_column()
    day: Mapped[date] = mapped_column(index=True)
    article_id: Mapped[str] = mapped_column(String(16), index=True)
    source_id: Mapped[str]
    story_id: Mapped[str] = mapped_column(String(16), index=True)
    similarity: Mapped[float]
    matched_version_id: Mapped[str | None] = mapped_column(String(16))
    rule: Mapped[str]
    signature: Mapped[bytes]
    grouper: Mapped[str]


class CodingRow(Base):
    """A coder's whole answer for one article version, also when it found nothing."""

    __tablename__ = "coding"

    document_id: Mapped[str] = id_column()
    day: Mapped[date] = mapped_column(index=True)
    coder: Mapped[str]
    mentions: Mapped[list[Any]]
    claims: Mapped[list[Any]]
    notes: Mapped[list[Any]]


class MentionRow(Base):
    """One article's report of something that happened."""

    __tablename__ = "mention"

    mention_id: Mapped[str] = id_column()
    day: Mapped[date] = mapped_column(index=True)
    version_id: Mapped[str] = mapped_column(String(16), index=True)
    article_id: Mapped[str] = mapped_column(String(16))
    source_id: Mapped[str]
    story_id: Mapped[str] = mapped_column(String(16))
    type_code: Mapped[str]
    mode_codes: Mapped[list[Any]]
    status: Mapped[str]
    salience: Mapped[str]
    event_date: Mapped[date | None]
    event_end_date: Mapped[date | None]
    date_precision: Mapped[str]
    reported_date: Mapped[date]
    actors: Mapped[list[Any]]
    recipients: Mapped[list[Any]]
    place: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    sentence: Mapped[str]
    sentence_start: Mapped[int]
    sentence_end: Mapped[int]
    spans: Mapped[list[Any]]
    rule: Mapped[str]
    coder: Mapped[str]


class ClaimRow(Base):
    """What one party says about one mention."""

    __tablename__ = "claim"

    claim_id: Mapped[str] = id_column()
    day: Mapped[date] = mapped_column(index=True)
    mention_id: Mapped[str | None] = mapped_column(String(16), index=True)
    version_id: Mapped[str] = mapped_column(String(16))
    article_id: Mapped[str] = mapped_column(String(16))
    source_id: Mapped[str]
    story_id: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str]
    stance: Mapped[str]
    claimant: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    accused: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    counted: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    count_min: Mapped[int | None] = mapped_column(BigInteger)
    count_max: Mapped[int | None] = mapped_column(BigInteger)
    is_cumulative: Mapped[bool]
    answers_claim_id: Mapped[str | None] = mapped_column(String(16))
    sentence: Mapped[str]
    sentence_start: Mapped[int]
    sentence_end: Mapped[int]
    rule: Mapped[str]
    coder: Mapped[str]


class EventRow(Base):
    """A happening in the world, opened by the first mention of it."""

    __tablename__ = "event"

    event_id: Mapped[str] = id_column()
    day: Mapped[date] = mapped_column(index=True)
    type_code: Mapped[str]
    event_date: Mapped[date | None]
    reported_date: Mapped[date]
    place_name: Mapped[str | None]
    country_code: Mapped[str | None]
    actor_codes: Mapped[list[Any]]
    recipient_codes: Mapped[list[Any]]


class LinkRow(Base):
    """Which event a mention reports."""

    __tablename__ = "link"

    mention_id: Mapped[str] = id_column()
    day: Mapped[date] = mapped_column(index=True)
    event_id: Mapped[str] = mapped_column(String(16), index=True)
    score: Mapped[float]
    rule: Mapped[str]


# ── accounts ─────────────────────────────────────────────────────────────────────────────────


class RejectionRow(Base):
    """Why one record of one stage went no further; stage "check" is the quarantine."""

    __tablename__ = "rejection"
    __table_args__ = (Index("ix_rejection_day_stage", "day", "stage"),)

    rejection_id: Mapped[str] = id_column()
    day: Mapped[date]
    stage: Mapped[str]
    source_id: Mapped[str | None]
    table_name: Mapped[str]  #: the table that the record would have entered, or stands in (quarantine)
    key: Mapped[str]
    error: Mapped[str]
    message: Mapped[str]
    is_expected: Mapped[bool]


class StageRunRow(Base):
    """One run of one stage over one day."""

    __tablename__ = "stage_run"

    run_id: Mapped[str] = id_column()
    day: Mapped[date] = mapped_column(index=True)
    stage: Mapped[str]
    started_at: Mapped[datetime]
    seconds: Mapped[float]
    state: Mapped[str]  #: done or failed
    in_count: Mapped[int]
    out_count: Mapped[int]
    rejected_count: Mapped[int]
    changed_count: Mapped[int]
    note: Mapped[str]
    version: Mapped[str]


class GateResultRow(Base):
    """What one rule found in the batch that was about to be published."""

    __tablename__ = "gate_result"

    result_id: Mapped[str] = id_column()
    day: Mapped[date] = mapped_column(index=True)
    suite: Mapped[str]
    rule: Mapped[str]
    column_name: Mapped[str]
    severity: Mapped[str]
    is_passed: Mapped[bool]
    checked_count: Mapped[int]
    failed_count: Mapped[int]
    observed: Mapped[str]
    meaning: Mapped[str]  #: what the rule guards, in words
    batch_digest: Mapped[str]  #: of the rows that were judged; load publishes only these
