"""When a feed is asked, and what its answers mean: decisions, without clock or network."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.freshness import freshness
from pipeline.feeds.health import (
    INTERVAL_MAX,
    INTERVAL_MIN,
    MISSED_MAX,
    UNCONDITIONAL_ONE_IN,
    Answer,
    Failure,
    FeedHealth,
    after_answer,
    after_failure,
    conditions,
    find_gap,
    is_due,
    resumed,
)
from pipeline.feeds.refetch import next_fetch_at

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NEW = FeedHealth(feed_id="f", url="https://a.example/rss")


def listing(at: datetime, known: int, items: int = 30, span: timedelta = DAY, **changes: Any) -> Answer:
    """A list of items, some of which FIRST had, the newest just published, evenly spread over the span."""
    made = Answer(
        at=at,
        is_changed=True,
        payload_digest=f"sha256:{at}",
        published=[at - span * number / max(items - 1, 1) for number in range(items)],
        address_ids=[f"first-{number}" if number < known else f"{at}-{number}" for number in range(items)],
    )
    return replace(made, **changes)


def unchanged(at: datetime) -> Answer:
    return Answer(at=at, is_changed=False)


def failed(at: datetime, kind: Any = "temporary", **changes: Any) -> Failure:
    return Failure(at=at, kind=kind, message="why", **changes)


def minutes(health: FeedHealth) -> float:
    return health.interval_seconds / 60


FIRST = after_answer(NEW, listing(NOON, known=30))


# ── the interval ─────────────────────────────────────────────────────────────────────────────


def test_a_new_feed_is_due_and_its_first_answer_says_nothing_of_its_pace() -> None:
    assert is_due(NEW, NOON)
    assert (FIRST.state, minutes(FIRST)) == ("active", 30)
    assert FIRST.next_poll_at == NOON + 30 * MINUTE


@pytest.mark.parametrize(("known", "expected"), [(0, 15), (9, 15), (10, 30), (20, 30), (21, 45), (30, 45)])
def test_the_share_of_entries_already_seen_sets_the_pace(known: int, expected: float) -> None:
    health = replace(FIRST, newest_at=NOON + HOUR)
    assert minutes(after_answer(health, listing(NOON + HOUR, known=known))) == expected


@pytest.mark.parametrize(("span", "expected"), [(60 * DAY, DAY), (timedelta(), DAY), (9 * MINUTE, DAY)])
def test_what_has_not_changed_is_asked_less_often_up_to_a_day(span: timedelta, expected: timedelta) -> None:
    health, at = after_answer(NEW, listing(NOON, known=0, span=span)), NOON
    for _ in range(30):
        at += DAY
        health = after_answer(health, unchanged(at))
    assert health.next_poll_at == at + expected


def test_a_quiet_night_does_not_make_a_busy_feed_sleep_into_the_morning() -> None:
    health, at = after_answer(NEW, listing(NOON, known=0, span=3 * HOUR)), NOON
    while at < NOON + 8 * HOUR:
        at = health.next_poll_at or at
        health = after_answer(health, unchanged(at))
    assert 90 <= minutes(health) <= 150


def test_a_burst_that_is_long_past_does_not_keep_its_feed_busy() -> None:
    burst = [NOON - 30 * DAY + number * MINUTE for number in range(10)]
    health, at = after_answer(NEW, listing(NOON, known=0, items=10, published=burst)), NOON
    for _ in range(20):
        at = health.next_poll_at or at
        health = after_answer(health, unchanged(at))
    assert minutes(health) == 24 * 60


def test_no_interval_is_longer_than_half_the_time_that_the_list_covers() -> None:
    health = replace(FIRST, interval_seconds=20 * 3600)
    assert minutes(after_answer(health, listing(NOON + DAY, known=30, span=6 * HOUR))) == pytest.approx(180, rel=0.15)
    assert minutes(after_answer(health, listing(NOON + DAY, known=30, span=timedelta()))) == 24 * 60


def test_a_feed_that_asks_to_be_left_alone_is_up_to_an_hour() -> None:
    busy = replace(FIRST, interval_seconds=600)
    assert minutes(after_answer(busy, listing(NOON + HOUR, known=15, wait=40 * MINUTE))) == 40
    assert minutes(after_answer(busy, listing(NOON + HOUR, known=15, wait=7 * DAY))) == 60


def test_a_gap_outweighs_what_the_feed_asks_for() -> None:
    at = NOON + 5 * DAY
    assert minutes(after_answer(FIRST, listing(at, known=0, wait=HOUR))) == 15


def test_what_a_feed_asks_for_outweighs_the_time_that_its_list_covers() -> None:
    busy = replace(FIRST, interval_seconds=600)
    assert minutes(after_answer(busy, listing(NOON + HOUR, known=15, span=20 * MINUTE, wait=HOUR))) == 60


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 40), st.timedeltas(timedelta(), 9 * DAY), st.booleans()),
        max_size=30,
    ),
    st.none() | st.timedeltas(timedelta(), 400 * DAY),
)
def test_every_interval_is_between_ten_minutes_and_a_day(
    answers: list[tuple[int, int, timedelta, bool]], wait: timedelta | None
) -> None:
    health, at = NEW, NOON
    for items, known, span, is_changed in answers:
        answer = listing(at, known=min(known, items), items=items, span=span, wait=wait, is_changed=is_changed)
        health = after_answer(health, answer)
        assert health.next_poll_at is not None
        assert INTERVAL_MIN <= health.next_poll_at - at <= INTERVAL_MAX
        assert timedelta(seconds=health.interval_seconds) == health.next_poll_at - at
        at = health.next_poll_at


@given(st.integers(0, 30), st.integers(0, 30))
def test_the_more_is_known_the_longer_the_feed_is_left_alone(one: int, other: int) -> None:
    fewer, more = sorted((one, other))
    at = NOON + HOUR
    assert minutes(after_answer(FIRST, listing(at, known=fewer))) <= minutes(
        after_answer(FIRST, listing(at, known=more))
    )


# ── due or not ───────────────────────────────────────────────────────────────────────────────


def test_a_run_takes_what_falls_due_before_the_middle_of_the_next_step() -> None:
    assert not is_due(FIRST, NOON + 20 * MINUTE)
    assert is_due(FIRST, NOON + 25 * MINUTE)
    assert is_due(FIRST, NOON + MINUTE, eager=True)


def test_what_a_clock_wrote_that_ran_ahead_is_not_believed() -> None:
    assert is_due(replace(FIRST, next_poll_at=NOON + 900 * DAY), NOON)
    assert is_due(replace(FIRST, next_poll_at=NOON, not_before=NOON + 900 * DAY), NOON)


def test_a_server_that_wants_a_rest_gets_it_even_from_an_eager_run() -> None:
    health = after_failure(FIRST, failed(NOON, retry_after=3 * HOUR))
    assert not is_due(health, NOON + 2 * HOUR, eager=True)
    assert is_due(health, NOON + 3 * HOUR)


# ── conditions ───────────────────────────────────────────────────────────────────────────────

STAMP = format_datetime(NOON - DAY, usegmt=True)
WITH_VALIDATORS = after_answer(NEW, listing(NOON, known=0, etag='"1"', last_modified=STAMP))


def test_both_validators_are_sent() -> None:
    asked = [conditions(WITH_VALIDATORS, NOON + number * MINUTE) for number in range(20)]
    assert {"If-None-Match": '"1"', "If-Modified-Since": STAMP} in asked


def test_one_poll_in_a_hundred_is_unconditional() -> None:
    health, asked = WITH_VALIDATORS, []
    for number in range(3 * UNCONDITIONAL_ONE_IN):
        asked.append(conditions(health, NOON))
        is_failure = number % 5 == 0
        answer = replace(unchanged(NOON), etag='"1"', last_modified=STAMP)
        health = after_failure(health, failed(NOON)) if is_failure else after_answer(health, answer)
    assert asked.count({}) == 3


def test_feeds_have_their_unconditional_polls_at_different_times() -> None:
    feeds = [replace(WITH_VALIDATORS, feed_id=str(number)) for number in range(1000)]
    assert 1 <= sum(conditions(feed, NOON) == {} for feed in feeds) < 40


@pytest.mark.parametrize("stamp", [format_datetime(NOON + 9 * DAY, usegmt=True), "yesterday", "", "-1", "é"])
def test_a_last_modified_of_the_future_or_of_no_sense_is_not_sent(stamp: str) -> None:
    health = replace(WITH_VALIDATORS, last_modified=stamp)
    assert all("If-Modified-Since" not in conditions(health, NOON + number * MINUTE) for number in range(20))


def test_a_feed_whose_etag_stays_while_its_body_changes_is_asked_without_conditions_from_then_on() -> None:
    lying = after_answer(WITH_VALIDATORS, listing(NOON + DAY, known=3, etag='"1"', last_modified=STAMP))
    assert not lying.is_conditional
    assert all(conditions(lying, NOON + number * MINUTE) == {} for number in range(20))
    honest = after_answer(WITH_VALIDATORS, listing(NOON + DAY, known=3, etag='"2"', last_modified=STAMP))
    assert honest.is_conditional
    without = after_answer(after_answer(NEW, listing(NOON, known=0)), listing(NOON + DAY, known=3))
    assert without.is_conditional


# ── gaps ─────────────────────────────────────────────────────────────────────────────────────


def test_two_answers_without_a_common_entry_are_a_gap_with_an_estimate() -> None:
    later = listing(NOON + 3 * DAY, known=0, items=25, span=DAY)  # 24 intervals in a day: one an hour
    gap = find_gap(FIRST, later)
    assert gap is not None
    assert (gap.since_at, gap.until_at, gap.missed_estimate) == (NOON, NOON + 3 * DAY, 50)


def test_one_common_entry_is_no_gap() -> None:
    assert find_gap(FIRST, listing(NOON + 3 * DAY, known=1)) is None


def test_a_gap_without_dates_has_no_estimate() -> None:
    gap = find_gap(FIRST, listing(NOON + 3 * DAY, known=0, published=[]))
    assert gap is not None and gap.missed_estimate is None


def test_new_addresses_for_old_entries_are_no_gap() -> None:
    assert find_gap(FIRST, listing(NOON + HOUR, known=0, span=2 * DAY)) is None


@pytest.mark.parametrize(
    "answer", [unchanged(NOON + DAY), listing(NOON + DAY, known=0, items=0), listing(NOON + DAY, known=0)]
)
def test_nothing_before_or_nothing_now_is_no_gap(answer: Answer) -> None:
    empty = after_answer(NEW, listing(NOON, known=0, items=0))
    assert find_gap(NEW, answer) is None
    assert find_gap(empty, answer) is None
    if not answer.address_ids:
        assert find_gap(FIRST, answer) is None


@given(
    st.lists(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)), max_size=40),
    st.none() | st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
)
def test_an_estimate_is_between_one_and_what_can_be_believed(
    published: list[datetime], newest_before: datetime | None
) -> None:
    health = replace(FIRST, newest_at=newest_before)
    gap = find_gap(health, listing(NOON + DAY, known=0, items=len(published), published=published))
    assert gap is None or gap.missed_estimate is None or 1 <= gap.missed_estimate < MISSED_MAX


def test_a_burst_after_a_year_has_no_estimate() -> None:
    at = NOON + 400 * DAY
    gap = find_gap(FIRST, listing(at, known=0, items=100, span=timedelta(seconds=100)))
    assert gap is not None and gap.missed_estimate is None


def test_an_old_item_on_top_hides_no_gap_and_stretches_no_interval() -> None:
    pinned = listing(NOON, known=30, span=3 * HOUR)
    dates = [*pinned.published[:-1], NOON - 3000 * DAY]
    health = replace(after_answer(NEW, replace(pinned, published=dates)), interval_seconds=80_000)
    at = NOON + 2 * HOUR
    later = listing(at, known=30, span=3 * HOUR)
    assert minutes(after_answer(health, replace(later, published=[*later.published[:-1], NOON - 3000 * DAY]))) < 90


def test_a_date_of_the_future_hides_no_gap() -> None:
    health = after_answer(
        NEW, replace(listing(NOON, known=30), published=[*listing(NOON, 30).published, NOON + 23 * HOUR])
    )
    assert health.newest_at == NOON
    assert find_gap(health, listing(NOON + 3 * DAY, known=0)) is not None


def test_a_list_of_one_or_two_entries_makes_no_gap() -> None:
    short = after_answer(NEW, listing(NOON, known=2, items=2))
    assert find_gap(short, listing(NOON + 3 * DAY, known=0, items=2)) is None


# ── failures ─────────────────────────────────────────────────────────────────────────────────


def fail(health: FeedHealth, kind: str, times: int, every: timedelta = timedelta()) -> FeedHealth:
    at = health.checked_at or NOON
    for _ in range(times):
        at = at + every if every else health.next_poll_at or at
        health = after_failure(health, failed(at, kind))
    return health


@pytest.mark.parametrize(("kind", "first"), [("temporary", 10), ("soft", 30), ("hard", 60)])
def test_a_failing_feed_is_asked_less_and_less_by_the_kind_of_its_failure(kind: str, first: int) -> None:
    once, twice, often = (fail(FIRST, kind, times) for times in (1, 2, 12))
    waits = [health.next_poll_at - health.checked_at for health in (once, twice, often)]  # type: ignore[operator]
    assert waits == [first * MINUTE, 2 * first * MINUTE, DAY]
    assert once.state == "failing"
    assert {"hard": once.hard_count, "soft": once.soft_count, "temporary": once.temporary_count}[kind] == 1


def test_a_feed_that_fails_for_a_week_is_dead_and_comes_back_with_its_first_answer() -> None:
    dead = fail(FIRST, "hard", 14)
    assert (dead.state, dead.failure_count, dead.last_error) == ("dead", 14, "why")
    assert dead.next_poll_at == (dead.checked_at or NOON) + DAY
    back = after_answer(dead, listing(NOON + 30 * DAY, known=2))
    assert (back.state, back.failure_count, back.last_error, back.failing_since) == ("active", 0, None, None)
    assert back.next_poll_at == NOON + 30 * DAY + timedelta(seconds=back.interval_seconds)


def test_many_failures_within_an_hour_are_not_death() -> None:
    assert fail(FIRST, "temporary", 30, every=MINUTE).state == "failing"


def test_retry_after_is_waited_for_when_it_is_longer_than_our_own_pause() -> None:
    assert after_failure(FIRST, failed(NOON, retry_after=5 * HOUR)).next_poll_at == NOON + 5 * HOUR
    assert after_failure(FIRST, failed(NOON, retry_after=MINUTE)).next_poll_at == NOON + 10 * MINUTE


def test_a_feed_that_is_gone_is_not_asked_again_until_a_person_says_so() -> None:
    gone = after_failure(FIRST, failed(NOON, "hard", is_gone=True))
    assert (gone.state, gone.next_poll_at) == ("gone", None)
    assert not is_due(gone, NOON + 900 * DAY, eager=True)
    assert is_due(resumed(gone), NOON)


@given(
    st.lists(
        st.tuples(st.sampled_from(["hard", "soft", "temporary"]), st.none() | st.timedeltas(timedelta(), DAY)),
        min_size=1,
        max_size=40,
    )
)
def test_whatever_fails_a_feed_is_asked_again_within_a_day(failures: list[tuple[str, timedelta | None]]) -> None:
    health, at = FIRST, NOON
    for kind, retry_after in failures:
        health = after_failure(health, failed(at, kind, retry_after=retry_after))
        assert health.next_poll_at is not None
        assert INTERVAL_MIN <= health.next_poll_at - at <= DAY
        at = health.next_poll_at
    assert health.failure_count == len(failures)


# ── feeds that move ──────────────────────────────────────────────────────────────────────────


def moved(health: FeedHealth, to: str | None, times: int, every: timedelta) -> FeedHealth:
    at = health.checked_at or NOON
    for _ in range(times):
        at += every
        health = after_answer(health, replace(unchanged(at), moved_to=to))
    return health


def test_a_permanent_redirect_is_adopted_after_a_week_of_sightings() -> None:
    early = moved(FIRST, "https://b.example/rss", 7, DAY)
    assert (early.adopted_url, early.moved_to, early.moved_count) == (None, "https://b.example/rss", 7)
    adopted = moved(early, "https://b.example/rss", 1, DAY)
    assert adopted.adopted_url == adopted.address == "https://b.example/rss"
    assert adopted.url == NEW.url


def test_a_week_is_not_enough_without_repeated_sightings() -> None:
    assert moved(FIRST, "https://b.example/rss", 4, 5 * DAY).adopted_url is None
    assert moved(FIRST, "https://b.example/rss", 50, HOUR).adopted_url is None


def test_a_redirect_that_gives_up_encryption_is_never_adopted() -> None:
    assert moved(FIRST, "http://a.example/rss", 20, DAY).adopted_url is None


def test_an_adopted_address_is_asked_without_the_old_ones_validators() -> None:
    adopted = moved(WITH_VALIDATORS, "https://b.example/rss", 9, DAY)
    assert all(conditions(adopted, NOON + number * MINUTE) == {} for number in range(20))


def test_a_redirect_that_flaps_is_never_adopted() -> None:
    health = FIRST
    for number in range(60):
        to = ["https://b.example/rss", "https://c.example/rss", None][number % 3]
        health = moved(health, to, 1, DAY)
    assert health.adopted_url is None


@pytest.mark.parametrize("kind", ["hard", "soft", "temporary"])
def test_an_adopted_address_that_fails_gives_way_to_the_catalogues(kind: str) -> None:
    adopted = moved(WITH_VALIDATORS, "https://b.example/rss", 9, DAY)
    assert adopted.adopted_url
    adopted = after_answer(adopted, listing(NOON + 10 * DAY, known=0, etag='"b"'))
    assert fail(adopted, kind, 2).adopted_url
    given_up = fail(adopted, kind, 3)
    assert given_up.address == NEW.url
    assert (given_up.etag, given_up.payload_digest) == (None, None), "they are another server's"
    gone = after_failure(adopted, failed(NOON + 20 * DAY, "hard", is_gone=True))
    assert (gone.state, gone.address) == ("failing", NEW.url)


# ── freshness ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cache_control", "expires", "age", "expected"),
    [
        ("max-age=600", "", "", 10 * MINUTE),
        ("public, MAX-AGE = \"600\"", "", "", 10 * MINUTE),
        ("max-age=600", "", "120", 8 * MINUTE),
        ("max-age=600", "", "9999", None),
        ("max-age=600", format_datetime(NOON + DAY, usegmt=True), "", 10 * MINUTE),
        ("s-maxage=600", "", "", None),
        ("no-cache, max-age=600", "", "", None),
        ("no-store", format_datetime(NOON + DAY, usegmt=True), "", None),
        ("", format_datetime(NOON + HOUR, usegmt=True), "", HOUR),
        ("", format_datetime(NOON - HOUR, usegmt=True), "", None),
        ("", "0", "", None),
        ("", "-1", "", None),
        ("", "Thu, 99 Foo 2026 99:99:99 GMT", "", None),
        ("", "", "", None),
        ("max-age=-5", "", "", None),
        ("max-age=99999999999999999999", "", "", None),
    ],
)  # fmt: skip
def test_freshness_is_what_the_headers_say(
    cache_control: str, expires: str, age: str, expected: timedelta | None
) -> None:
    assert freshness(cache_control, expires, age, NOON) == expected


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=10))
def test_no_header_breaks_freshness(cache_control: str, expires: str, age: str) -> None:
    fresh = freshness(cache_control, expires, age, NOON)
    assert fresh is None or fresh > timedelta()


# ── looking again ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("published", "captured", "expected"),
    [
        (NOON, NOON, NOON + HOUR),
        (NOON, NOON + 30 * MINUTE, NOON + HOUR),
        (NOON, NOON + HOUR, NOON + DAY),
        (NOON, NOON + 5 * HOUR, NOON + DAY),
        (NOON, NOON + DAY, None),
        (NOON - 300 * DAY, NOON, None),
        (None, NOON + 30 * MINUTE, NOON + 2 * HOUR),
        (NOON + 9 * DAY, NOON + 30 * MINUTE, NOON + 2 * HOUR),
    ],
)
def test_a_page_is_looked_at_an_hour_and_a_day_after_publication(
    published: datetime | None, captured: datetime, expected: datetime | None
) -> None:
    assert next_fetch_at(published, NOON + HOUR, captured) == expected
