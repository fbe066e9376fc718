"""When a host may be asked again: decided without waiting, so time is what a test says."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.io.failures import RETRY_AFTER_MAX, retry_after
from pipeline.io.hosts import Hosts, Pause
from pipeline.settings import Settings

ZERO = datetime(2026, 11, 16, 12, tzinfo=UTC)  # when the monotonic clock was at zero
HOST, OTHER = "post.example", "other.example"


def hosts(*pauses: Pause, delay: float = 2.0) -> Hosts:
    return Hosts(Settings(host_delay_seconds=delay), pauses, utc_at_zero=ZERO)


def pause(until: float, seconds: float = 60, host: str = HOST) -> Pause:
    return Pause(host=host, blocked_until=after(until), pause_seconds=seconds)


def after(seconds: float) -> datetime:
    return ZERO + timedelta(seconds=seconds)


# ── distance ─────────────────────────────────────────────────────────────────────────────────


def test_a_host_that_was_never_asked_is_ready() -> None:
    assert hosts().ready_at(HOST) < 0


def test_the_next_start_keeps_its_distance_from_the_last_start_and_the_last_end() -> None:
    known = hosts(delay=2)
    known.touched(HOST, 10)
    assert known.ready_at(HOST) == 12
    known.touched(HOST, 15)
    assert known.ready_at(HOST) == 17
    assert known.ready_at(OTHER) < 0


def test_a_crawl_delay_makes_the_distance_larger_and_never_smaller() -> None:
    known = hosts(delay=2)
    known.slow_down(HOST, 0.5)
    assert known.delay(HOST) == 2
    known.slow_down(HOST, 10)
    known.touched(HOST, 0)
    assert (known.ready_at(HOST), known.delay(OTHER)) == (10, 2)


def test_a_crawl_delay_of_an_hour_is_a_minute() -> None:
    known = hosts()
    known.slow_down(HOST, 3600)
    assert known.delay(HOST) == known.patience == 60


# ── pauses ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_says_how_long_is_left_alone_so_long(status: int) -> None:
    known = hosts()
    known.answered(HOST, status, timedelta(seconds=300), now=10)
    assert known.ready_at(HOST) == 310
    assert known.last_pause(HOST) == pause(310)
    assert known.last_pause(OTHER) is None


def test_a_pause_without_a_length_is_a_minute_and_doubles_up_to_an_hour() -> None:
    known, now, lengths = hosts(), 0.0, []
    for _ in range(9):
        known.answered(HOST, 503, None, now)
        lengths.append(known.ready_at(HOST) - now)
        now = known.ready_at(HOST)
    assert lengths == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


def test_a_good_answer_ends_the_doubling() -> None:
    known = hosts()
    known.answered(HOST, 503, None, now=0)
    known.answered(HOST, 200, None, now=60)
    assert known.last_pause(HOST) is None
    known.answered(HOST, 503, None, now=100)
    assert known.ready_at(HOST) == 160


def test_answers_that_were_on_their_way_neither_double_a_pause_nor_end_it() -> None:
    known = hosts()
    known.answered(HOST, 429, None, now=0)
    known.answered(HOST, 429, None, now=1)
    known.answered(HOST, 200, None, now=2)
    assert known.ready_at(HOST) == 61


def test_a_longer_wish_makes_a_pause_longer_and_a_shorter_one_does_not_make_it_shorter() -> None:
    known = hosts()
    known.answered(HOST, 429, timedelta(seconds=600), now=0)
    known.answered(HOST, 429, timedelta(seconds=5), now=1)
    assert known.ready_at(HOST) == 600


@pytest.mark.parametrize("status", [200, 304, 404, 500, 502])
def test_other_answers_bring_no_pause(status: int) -> None:
    known = hosts()
    known.answered(HOST, status, timedelta(seconds=300), now=0)
    assert known.last_pause(HOST) is None


def test_a_host_that_gives_no_answer_three_times_in_a_row_is_left_alone_too() -> None:
    known = hosts()
    for now in (0, 30):
        known.lost(HOST, now)
    assert known.last_pause(HOST) is None
    known.lost(HOST, 60)
    assert known.ready_at(HOST) == 120
    known.lost(HOST, 150)
    assert known.ready_at(HOST) == 270


def test_an_answer_in_between_starts_the_count_anew() -> None:
    known = hosts()
    for now in range(0, 100, 10):
        known.lost(HOST, now)
        known.answered(HOST, 500, None, now + 5)
    assert known.last_pause(HOST) is None


def test_pauses_outlive_the_run() -> None:
    known = hosts()
    known.answered(HOST, 429, timedelta(hours=2), now=10)
    known.answered(OTHER, 200, None, now=10)
    assert known.changes() == {HOST: pause(7210)}
    assert known.changes() == {}
    next_run = Hosts(Settings(), [pause(7210)], utc_at_zero=after(3600))
    assert next_run.ready_at(HOST) == 3610
    assert next_run.changes() == {}


def test_a_pause_is_twice_as_long_as_that_of_an_earlier_run() -> None:
    known = hosts(pause(until=-5, seconds=120))
    assert known.ready_at(HOST) <= 0
    known.answered(HOST, 503, None, now=10)
    assert known.changes() == {HOST: pause(250, seconds=240)}


def test_a_good_answer_ends_the_pause_of_an_earlier_run_for_the_next_one_too() -> None:
    known = hosts(pause(until=-5, seconds=120))
    known.answered(HOST, 200, None, now=10)
    assert known.changes() == {HOST: None}
    known.answered(HOST, 200, None, now=20)
    assert known.changes() == {}


# ── Retry-After ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120), (" 7 ", 7), ("0", 0), ("86400", 86400), ("86401", 86400), ("99999", 86400), ("9" * 5000, 86400),
        ("Mon, 16 Nov 2026 12:01:30 GMT", 90), ("Monday, 16-Nov-26 12:01:30 GMT", 90), ("Mon Nov 16 12:01:30 2026", 90),
        ("Mon, 16 Nov 2026 13:01:30 +0100", 90), ("Mon, 16 Nov 2026 11:00:00 GMT", 0), ("Fri, 31 Dec 9999 23:59:59 GMT", 86400),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float) -> None:
    assert retry_after(value, ZERO) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "value", ["", "soon", "-5", "1.5", "1e3", "٣", "²", "Mon, 99 Nov 2026 12:00:00 GMT", "0x10", ","]
)
def test_nonsense_in_retry_after_is_ignored(value: str) -> None:
    assert retry_after(value, ZERO) is None


@given(st.text() | st.from_regex(r"\w{3}, \d\d \w{3} \d{1,6} \d\d:\d\d:\d\d [+-]?\w{0,6}"))
def test_no_retry_after_breaks_the_client(value: str) -> None:
    wait = retry_after(value, ZERO)
    assert wait is None or timedelta() <= wait <= RETRY_AFTER_MAX
