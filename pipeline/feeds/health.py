"""A feed's health: what an answer or a failure means, and when to ask again. Pure: time is an argument.

The interval follows the share of entries already seen, as Media Cloud's does, between 10 minutes and a day.
Two rules are added: while a feed is busy the interval stays below half the time that its list covers, so that nothing
scrolls out unseen, and two answers without an entry in common are recorded as a gap.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

from pipeline.records import make_id

FeedState = Literal["new", "active", "failing", "dead", "gone"]
FailureKind = Literal["hard", "soft", "temporary"]

INTERVAL_MIN, INTERVAL_MAX = timedelta(minutes=10), timedelta(days=1)
INTERVAL_FIRST = timedelta(minutes=30)
SLACK = INTERVAL_MIN / 2  # runs come in steps; what falls due before the middle of the next step is due now
SEEN_MANY, SEEN_FEW = 2 / 3, 1 / 3
WAIT_MAX = timedelta(hours=1)  # of what a feed asks for: many ask for a day, and lose entries
UNCONDITIONAL_ONE_IN = 100
LISTED_MIN = 3  # entries from which a list says something of its feed's pace
MISSED_MAX = 10_000  # entries; beyond it the dates do not tell

BACKOFF: dict[FailureKind, timedelta] = {
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
    poll_count: int = 0
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
    oldest_at: datetime | None = None
    address_ids: tuple[str, ...] = ()
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
    etag: str | None = None  #: the validators that stand now
    last_modified: str | None = None
    payload_digest: str | None = None  #: of a changed body, and where it was captured
    captured_at: datetime | None = None
    captured_url: str | None = None
    address_ids: Sequence[str] = ()  #: of the entries listed
    published: Sequence[datetime] = ()  #: of the entries that say when
    wait: timedelta | None = None  #: how long the feed asks to be left alone
    moved_to: str | None = None  #: where permanent redirects led


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A poll that brought nothing."""

    at: datetime
    kind: FailureKind
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
    """Tell whether to ask now. Not even *eager* asks a feed that is gone, or a server that wants a rest.

    No pause is longer than a day: what lies further ahead was written by a clock that was wrong.
    """
    latest = now + INTERVAL_MAX
    if health.state == "gone" or (health.not_before and now < health.not_before <= latest):
        return False
    at = health.next_poll_at
    return eager or at is None or at <= now + SLACK or at > latest


def conditions(health: FeedHealth, now: datetime) -> dict[str, str]:
    """The headers of a conditional GET (RFC 9110, section 13).

    None at one poll in a hundred, where they lie, and where nothing stands that an answer 304 could mean.
    """
    if health.payload_digest is None or not health.is_conditional or _is_the_hundredth(health):
        return {}
    since = health.last_modified if _is_past(health.last_modified, now) else None
    pairs = {"If-None-Match": health.etag, "If-Modified-Since": since}
    return {name: value for name, value in pairs.items() if value and value.isascii()}


def _is_the_hundredth(health: FeedHealth) -> bool:
    """One poll in a hundred; each feed has another."""
    return (health.poll_count + int(make_id(health.feed_id), 16)) % UNCONDITIONAL_ONE_IN == 0


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
        poll_count=health.poll_count + 1,
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
    if answer.is_changed:
        known = _after_body(known, answer)
    else:
        known = replace(known, etag=answer.etag, last_modified=answer.last_modified)
    return _after_move(known, answer)


def _after_body(health: FeedHealth, answer: Answer) -> FeedHealth:
    stayed = answer.etag == health.etag and answer.last_modified == health.last_modified
    is_lie = bool(answer.etag or answer.last_modified) and stayed and health.payload_digest is not None
    dates = _believable(answer)
    return replace(
        health,
        etag=answer.etag,
        last_modified=answer.last_modified,
        payload_digest=answer.payload_digest,
        captured_at=answer.captured_at,
        captured_url=answer.captured_url,
        is_conditional=health.is_conditional and not is_lie,
        newest_at=dates[-1] if dates else health.newest_at,
        oldest_at=_oldest(dates),
        address_ids=tuple(answer.address_ids),
    )


def _believable(answer: Answer) -> list[datetime]:
    """The dates of what is listed, in order, without those that are still to come."""
    return sorted(date for date in answer.published if date <= answer.at)


def _oldest(dates: Sequence[datetime]) -> datetime | None:
    """Where the list begins; a tenth of it may be older, as some feeds keep an old item on top."""
    return dates[len(dates) // 10] if len(dates) >= LISTED_MIN else None


def _after_move(health: FeedHealth, answer: Answer) -> FeedHealth:
    """Adopt an address that every answer for a week was redirected to for good (301, 308)."""
    if answer.moved_to is None or _is_downgrade(health.address, answer.moved_to):
        return replace(health, moved_to=None, moved_since=None, moved_count=0)
    if answer.moved_to != health.moved_to or health.moved_since is None:
        return replace(health, moved_to=answer.moved_to, moved_since=answer.at, moved_count=1)
    count = health.moved_count + 1
    if count >= ADOPT_SIGHTINGS and answer.at - health.moved_since >= ADOPT_AFTER:
        return _at_address(health, answer.moved_to)
    return replace(health, moved_count=count)


def _is_downgrade(url: str, moved_to: str) -> bool:
    """Whether a redirect gives up encryption: whoever stands on the line could have sent it."""
    return url.startswith("https:") and not moved_to.startswith("https:")


def _at_address(health: FeedHealth, adopted_url: str | None) -> FeedHealth:
    """The feed at another address, whose server knows nothing of the validators of the last."""
    return replace(
        health, adopted_url=adopted_url, moved_to=None, moved_since=None, moved_count=0, etag=None,
        last_modified=None, payload_digest=None, captured_at=None, captured_url=None, is_conditional=True,
    )  # fmt: skip


def next_interval(health: FeedHealth, answer: Answer) -> timedelta:
    """How long to leave the feed alone."""
    interval = timedelta(seconds=health.interval_seconds)
    if health.answered_at is not None:
        interval *= _factor(health, answer)
    interval = min(interval, _patience(health, answer))
    if not _is_gap(health, answer):
        interval = max(interval, min(answer.wait or timedelta(), WAIT_MAX))
    return timedelta(seconds=round(min(max(interval, INTERVAL_MIN), INTERVAL_MAX).total_seconds()))


def _patience(health: FeedHealth, answer: Answer) -> timedelta:
    """Half the time that the list covers, so that nothing scrolls out unseen; more once the feed has been quiet."""
    dates = _believable(answer)
    oldest = _oldest(dates) if answer.is_changed else health.oldest_at
    newest = max(dates, default=None) if answer.is_changed else health.newest_at
    if oldest is None or newest is None or oldest == newest:  # all at one instant says nothing
        return INTERVAL_MAX
    return max((newest - oldest) / 2, (answer.at - newest) / 4)


def _factor(health: FeedHealth, answer: Answer) -> float:
    seen = _seen(health, answer) / len(answer.address_ids) if answer.is_changed and answer.address_ids else 1.0
    if seen > SEEN_MANY:
        return 1.5
    return 0.5 if seen < SEEN_FEW else 1.0


def _seen(health: FeedHealth, answer: Answer) -> int:
    """How many of the entries listed were listed before."""
    return len(set(answer.address_ids) & set(health.address_ids))


def after_failure(health: FeedHealth, failure: Failure) -> FeedHealth:
    """What is known once a feed has failed; the longer it fails, the less often it is asked."""
    failed = replace(
        health,
        poll_count=health.poll_count + 1,
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
    if health.adopted_url and (failure.is_gone or failed.failure_count >= ADOPTED_FAILURES_MAX):
        failed = _at_address(failed, None)
    state: FeedState = "dead" if _is_dead(failed, failure.at) else "failing"
    wait = max(_backoff(failed, failure.kind), failure.retry_after or timedelta())
    return replace(failed, state=state, next_poll_at=failure.at + wait)


def _is_dead(health: FeedHealth, now: datetime) -> bool:
    since = health.failing_since or now
    return health.failure_count >= DEAD_FAILURES and now - since >= DEAD_AFTER


def _backoff(health: FeedHealth, kind: FailureKind) -> timedelta:
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
    estimate = _missed(health.newest_at, _believable(answer))
    if estimate == 0:
        return None
    return Gap(since_at=health.answered_at, until_at=answer.at, missed_estimate=estimate)


def _is_gap(health: FeedHealth, answer: Answer) -> bool:
    """Two lists without a common entry; a list of one or two is new each time, and says nothing."""
    is_long = min(len(health.address_ids), len(answer.address_ids)) >= LISTED_MIN
    return answer.is_changed and is_long and not _seen(health, answer)


def _missed(newest_before: datetime | None, dates: Sequence[datetime]) -> int | None:
    oldest = _oldest(dates)
    if newest_before is None or oldest is None:
        return None
    if oldest <= newest_before:
        return 0
    covered = dates[-1] - oldest
    later = len([date for date in dates if date > oldest])
    estimate = round((oldest - newest_before) / covered * later) if covered else MISSED_MAX
    return max(1, estimate) if estimate < MISSED_MAX else None
