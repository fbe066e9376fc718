"""A feed's health: what an answer or a failure means, and when to ask again. Pure: time is an argument.

The interval follows the share of entries already seen, as Media Cloud's does, between 10 minutes and a day.
Two rules are added: it never exceeds half the time that the feed's list covers, so that nothing scrolls out
unseen, and two answers without an entry in common are recorded as a gap.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

from pipeline.records import make_id

FeedState = Literal["new", "active", "failing", "dead", "gone"]
Failing = Literal["hard", "soft", "temporary"]

INTERVAL_MIN, INTERVAL_MAX = timedelta(minutes=10), timedelta(days=1)
INTERVAL_FIRST = timedelta(minutes=30)
SLACK = INTERVAL_MIN / 2  # runs come in steps; what falls due before the middle of the next step is due now
SEEN_MANY, SEEN_FEW = 2 / 3, 1 / 3
WAIT_MAX = timedelta(hours=1)  # of what a feed asks for: many ask for a day, and lose entries
UNCONDITIONAL_ONE_IN = 100

BACKOFF: dict[Failing, timedelta] = {
    "temporary": timedelta(minutes=10),
    "soft": timedelta(minutes=30),
    "hard": timedelta(hours=1),
}
DEAD_AFTER, DEAD_FAILURES = timedelta(days=7), 10
ADOPT_AFTER, ADOPT_SIGHTINGS = timedelta(days=7), 5
ADOPTED_FAILURES_MAX = 3  # then the catalogue's address is asked again


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """What is known of a feed after its last poll; the columns of table feed."""

    feed_id: str
    url: str
    state: FeedState = "new"
    checked_at: datetime | None = None
    answered_at: datetime | None = None
    next_poll_at: datetime | None = None
    not_before: datetime | None = None
    interval_seconds: int = int(INTERVAL_FIRST.total_seconds())
    etag: str | None = None
    last_modified: str | None = None
    payload_digest: str | None = None
    captured_at: datetime | None = None
    captured_url: str | None = None
    is_conditional: bool = True
    newest_at: datetime | None = None
    item_count: int = 0
    covered_seconds: int | None = None
    hard_count: int = 0
    soft_count: int = 0
    temporary_count: int = 0
    failing_since: datetime | None = None
    last_error: str | None = None
    moved_to: str | None = None
    moved_since: datetime | None = None
    moved_count: int = 0
    adopted_url: str | None = None

    @property
    def address(self) -> str:
        """Where to ask."""
        return self.adopted_url or self.url

    @property
    def failure_count(self) -> int:
        return self.hard_count + self.soft_count + self.temporary_count


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one poll brought: a list of entries, or the news that it is as it was."""

    at: datetime
    is_changed: bool
    etag: str | None = None
    last_modified: str | None = None
    payload_digest: str | None = None
    url: str | None = None  #: where the body was found at last
    published: Sequence[datetime] = ()  #: of the items that say when
    item_count: int = 0
    known_count: int = 0  #: items whose address was known before
    wait: timedelta | None = None  #: how long the feed asks to be left alone
    moved_to: str | None = None  #: where permanent redirects led


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A poll that brought nothing."""

    at: datetime
    kind: Failing
    message: str
    is_gone: bool = False  #: status 410
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Two answers without an entry in common."""

    since_at: datetime
    until_at: datetime
    missed_estimate: int | None  #: entries, from the rate of those in the list; none without dates


# ── before a poll ────────────────────────────────────────────────────────────────────────────


def is_due(health: FeedHealth, now: datetime, *, eager: bool = False) -> bool:
    """Tell whether to ask now. Not even *eager* asks a feed that is gone, or a server that wants a rest."""
    if health.state == "gone" or (health.not_before and now < health.not_before):
        return False
    return eager or health.next_poll_at is None or health.next_poll_at <= now + SLACK


def conditions(health: FeedHealth, now: datetime) -> dict[str, str]:
    """The headers of a conditional GET (RFC 9110, section 13); none at one poll in a hundred, nor where they lie."""
    if not health.is_conditional or int(make_id(health.feed_id, now), 16) % UNCONDITIONAL_ONE_IN == 0:
        return {}
    since = health.last_modified if _is_past(health.last_modified, now) else None
    pairs = {"If-None-Match": health.etag, "If-Modified-Since": since}
    return {name: value for name, value in pairs.items() if value and value.isascii()}


def _is_past(http_date: str | None, now: datetime) -> bool:
    """A date of the future would be answered 304 until it has come."""
    try:
        return http_date is not None and parsedate_to_datetime(http_date) <= now
    except (ValueError, TypeError, OverflowError):  # no date, or one without a zone
        return False


# ── after a poll ─────────────────────────────────────────────────────────────────────────────


def after_answer(health: FeedHealth, answer: Answer) -> FeedHealth:
    """What is known once a feed has answered."""
    interval = next_interval(health, answer)
    known = replace(
        health,
        state="active",
        checked_at=answer.at,
        answered_at=answer.at,
        next_poll_at=answer.at + interval,
        not_before=None,
        interval_seconds=int(interval.total_seconds()),
        hard_count=0,
        soft_count=0,
        temporary_count=0,
        failing_since=None,
        last_error=None,
    )
    return _after_move(_after_body(known, answer) if answer.is_changed else known, answer)


def _after_body(health: FeedHealth, answer: Answer) -> FeedHealth:
    stayed = answer.etag == health.etag and answer.last_modified == health.last_modified
    has_validator = bool(answer.etag or answer.last_modified)
    is_lie = has_validator and stayed and health.payload_digest is not None
    return replace(
        health,
        etag=answer.etag,
        last_modified=answer.last_modified,
        payload_digest=answer.payload_digest,
        captured_at=answer.at,
        captured_url=answer.url,
        is_conditional=health.is_conditional and not is_lie,
        newest_at=max(answer.published, default=health.newest_at),
        item_count=answer.item_count,
        covered_seconds=_covered(answer.published),
    )


def _after_move(health: FeedHealth, answer: Answer) -> FeedHealth:
    """Adopt an address that every answer for a week was redirected to for good (301, 308)."""
    if answer.moved_to is None:
        return replace(health, moved_to=None, moved_since=None, moved_count=0)
    if answer.moved_to != health.moved_to or health.moved_since is None:
        return replace(health, moved_to=answer.moved_to, moved_since=answer.at, moved_count=1)
    count = health.moved_count + 1
    if count >= ADOPT_SIGHTINGS and answer.at - health.moved_since >= ADOPT_AFTER:
        return replace(health, adopted_url=answer.moved_to, moved_to=None, moved_since=None, moved_count=0)
    return replace(health, moved_count=count)


def next_interval(health: FeedHealth, answer: Answer) -> timedelta:
    """How long to leave the feed alone."""
    interval = timedelta(seconds=health.interval_seconds)
    if health.answered_at is not None:
        interval *= _factor(answer)
    if not _is_gap(health, answer):
        interval = max(interval, min(answer.wait or timedelta(), WAIT_MAX))
    covered = _covered(answer.published) if answer.is_changed else health.covered_seconds
    if covered:
        interval = min(interval, timedelta(seconds=covered / 2))
    return timedelta(seconds=round(min(max(interval, INTERVAL_MIN), INTERVAL_MAX).total_seconds()))


def _covered(published: Sequence[datetime]) -> int | None:
    """Seconds between the oldest and the newest entry of a list; none when the dates do not tell."""
    covered = max(published) - min(published) if published else timedelta()
    return int(covered.total_seconds()) or None


def _factor(answer: Answer) -> float:
    seen = answer.known_count / answer.item_count if answer.is_changed and answer.item_count else 1.0
    if seen > SEEN_MANY:
        return 1.5
    return 0.5 if seen < SEEN_FEW else 1.0


def after_failure(health: FeedHealth, failure: Failure) -> FeedHealth:
    """What is known once a feed has failed; the longer it fails, the less often it is asked."""
    failed = replace(
        health,
        checked_at=failure.at,
        hard_count=health.hard_count + (failure.kind == "hard"),
        soft_count=health.soft_count + (failure.kind == "soft"),
        temporary_count=health.temporary_count + (failure.kind == "temporary"),
        failing_since=health.failing_since or failure.at,
        last_error=failure.message,
        not_before=failure.at + failure.retry_after if failure.retry_after else None,
    )
    if failure.is_gone and not health.adopted_url:
        return replace(failed, state="gone", next_poll_at=None)
    if health.adopted_url and (failure.is_gone or failed.hard_count >= ADOPTED_FAILURES_MAX):
        failed = replace(failed, adopted_url=None)
    state: FeedState = "dead" if _is_dead(failed, failure.at) else "failing"
    wait = max(_backoff(failed, failure.kind), failure.retry_after or timedelta())
    return replace(failed, state=state, next_poll_at=failure.at + wait)


def _is_dead(health: FeedHealth, now: datetime) -> bool:
    since = health.failing_since or now
    return health.failure_count >= DEAD_FAILURES and now - since >= DEAD_AFTER


def _backoff(health: FeedHealth, kind: Failing) -> timedelta:
    doublings = min(health.failure_count - 1, 10)  # 1,024 times ten minutes is a week
    return min(BACKOFF[kind] * (1 << doublings), INTERVAL_MAX)


def resumed(health: FeedHealth) -> FeedHealth:
    """The feed as if it were new, for a person who knows that it is back."""
    return FeedHealth(feed_id=health.feed_id, url=health.url)


# ── gaps ─────────────────────────────────────────────────────────────────────────────────────


def find_gap(health: FeedHealth, answer: Answer) -> Gap | None:
    """The gap between this answer and the one before, where there is one.

    What was missed is estimated as the time between the newest entry of then and the oldest of now, at the rate
    of the entries now listed. Lists that overlap in time missed nothing: their addresses have changed.
    """
    if not _is_gap(health, answer) or health.answered_at is None:
        return None
    estimate = _missed(health.newest_at, answer.published)
    if estimate == 0:
        return None
    return Gap(since_at=health.answered_at, until_at=answer.at, missed_estimate=estimate)


def _is_gap(health: FeedHealth, answer: Answer) -> bool:
    return answer.is_changed and health.item_count > 0 and answer.item_count > 0 and answer.known_count == 0


def _missed(newest_before: datetime | None, published: Sequence[datetime]) -> int | None:
    if newest_before is None or len(published) < 2:
        return None
    oldest, newest = min(published), max(published)
    if oldest <= newest_before:
        return 0
    if newest == oldest:
        return None
    return max(1, round((oldest - newest_before) / (newest - oldest) * (len(published) - 1)))
