"""Instants: every way in which feeds and pages write a date, and which of a page's dates is believed."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.articles.metadata.instants import Candidate, Dated, Judge, day_in_address
from pipeline.language.instants import digit_order, read_instant

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
MOMENT = datetime(2026, 4, 3, 17, 4, tzinfo=UTC)  # 19:04 in Berlin, 13:04 in New York
NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)


def candidates(*values: Any) -> list[Candidate]:
    return [Candidate("meta", "date", value) for value in values]


def judge(zone: tzinfo = UTC) -> Judge:
    return Judge(NOW, zone, "unknown")


def published(*values: Any, zone: tzinfo = UTC) -> Dated | None:
    return judge(zone).publication(candidates(*values))


def at(text: str, zone: tzinfo = BERLIN) -> datetime | None:
    stated = read_instant(text, zone, "unknown")
    return stated.at if stated and stated.precision == "instant" else None


def day(text: str) -> str | None:
    stated = read_instant(text, BERLIN, "unknown")
    return stated.at.isoformat() if stated and stated.precision == "day" else None


# ── one value ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-03T17:04:00Z", "2026-04-03t17:04:00z", "2026-04-03T17:04Z", "2026-04-03 19:04:00 +02:00",
        "2026-04-03T19:04:00+0200", "2026-04-03T19:04:00+02", "20260403T170400Z", "2026-W14-5T17:04:00Z",
        "2026-04-03T17:04:00.0000000Z", "2026-04-03T17:04:00,000Z", "2026-04-03T19:04:00+02:00[Europe/Berlin]",
        " 2026-04-03\xa017:04:00Z\n", "1775235840", "1775235840000", "1775235840000000", "Fri, 03 Apr 2026 17:04:00 GMT",
        "Friday, 03-Apr-26 13:04:00 EDT", "Fri Apr 03 13:04:00 EDT 2026", "3 April 2026 18:04 BST", "April 3, 2026 1:04 p.m. EDT",
        "Fri Apr 03 2026 13:04:00 GMT-0400 (Eastern Daylight Time)", "April 3rd, 2026 at 1:04pm ET", "3 April 2026 – 19:04 GMT+2",
        "Updated 1:04 PM EDT, Fri April 3, 2026", "2026-04-03 22:34 IST", "3 апреля 2026, 20:04 МСК",
    ],
)  # fmt: skip
def test_an_instant_with_a_zone_is_the_same_however_it_is_written(text: str) -> None:
    assert at(text) == MOMENT


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-03T19:04:00", "2026-04-03 19:04", "20260403190400", "202604031904", "3 April 2026, 19:04", "19:04, 3 Apr 2026",
        "Published on 3rd of April 2026 at 7:04 pm", "Friday 3 April 2026 19.04", "Freitag, 3. April 2026, 19:04 Uhr",
        "03.04.2026, 19:04", "3.4.2026 um 19.04 Uhr", "Publié le 3 avril 2026 à 19h04", "vendredi 3 avril 2026 à 19 h 04",
        "viernes, 3 de abril de 2026 a las 19:04", "3 de abril de 2026 às 19h04", "venerdì 3 aprile 2026 alle ore 19:04",
        "3 апреля 2026 года, 19:04", "3 квітня 2026 р., 19:04", "3 kwietnia 2026, 19:04", "3 Nisan 2026 Cuma 19:04", "03.04.2026 - 19:04",
        "٣ أبريل ٢٠٢٦ 19:04", "3 نيسان 2026 - 7:04 م", "2026年4月3日 19時04分", "2026年4月3日（金）19時04分", "2026年4月3日 下午7:04",
        "2026년 4월 3일 오후 7:04", "2026.04.03 19:04", "2026. 4. 3. 오후 7:04", "3 april 2026 om 19:04", "Jumat, 3 April 2026 pukul 19:04",
    ],
)  # fmt: skip
def test_an_instant_without_a_zone_is_of_the_outlets(text: str) -> None:
    found = at(text)
    assert (found, found and found.utcoffset()) == (MOMENT, timedelta(hours=2))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2026-08-03", "08"), ("20260803", "08"), ("2026-W32-1", "08"), ("2026/8/3", "08"), ("3 août 2026", "08"), ("3 Ağustos 2026", "08"),
        ("Aug. 3, 2026", "08"), ("3 février 2026", "02"), ("3. März 2026", "03"), ("3 Mayıs 2026", "05"),
        ("3 мая 2026 г.", "05"), ("3 de março de 2026", "03"), ("3 Şubat 2026", "02"), ("3 كانون الثاني 2026", "01"), ("3 maart 2026", "03"),
        ("3 juillet 2026", "07"), ("3 juin 2026", "06"), ("3 gennaio 2026", "01"), ("3 dez 2026", "12"), ("３日", None), ("２０２６年５月３日", "05"), ("٢٠٢٦-٠٨-٠٣", "08"),
        ("3 sierpnia 2026", "08"), ("3 березня 2026", "03"), ("3 Desember 2026", "12"), ("3 enero 2026", "01"), ("3 آب 2026", "08"),
    ],
)  # fmt: skip
def test_a_day_is_its_midnight_in_utc(text: str, name: str | None) -> None:
    assert day(text) == (f"2026-{name}-03T00:00:00+00:00" if name else None)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-04-03T24:00:00Z", "2026-04-04T00:00:00+00:00"),
        ("2026-12-31T23:59:60Z", "2026-12-31T23:59:59+00:00"),
        ("2026-04-03T17:04:00.123456789+05:30", "2026-04-03T17:04:00.123456+05:30"),
        ("April 3, 2026 12:04 a.m. GMT", "2026-04-03T00:04:00+00:00"),
        ("April 3, 2026 12 p.m. GMT", "2026-04-03T12:00:00+00:00"),
        ("28 Feb 2026 19:04 ET", "2026-02-28T19:04:00-05:00"),
    ],
)
def test_the_edges_of_the_clock_are_read(text: str, instant: str) -> None:
    found = at(text)
    assert found and found.isoformat() == instant


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "2 hours ago", "3 April", "17:04", "2026", "2026-13-01", "2026-02-30", "2026-04-03T25:00", "31 Nov 2026", "2026-W14",
        "2026-04-03T17:04+99:00", "9" * 5000, "12345", "123456789012345678901234567890", "3 April 17:04", "03/04/26", "a" * 5000, "--04-03",
    ],
)  # fmt: skip
def test_what_is_no_date_is_none(text: str) -> None:
    assert at(text) is None
    assert day(text) is None


def test_the_first_date_of_a_text_is_read() -> None:
    assert at("By A. Writer 3 April 2026 19:04 | Updated 4 April 2026 08:00") == MOMENT
    assert day("05.04.2026 - Güncelleme : 06.04.2026") == "2026-04-05T00:00:00+00:00"
    assert read_instant("x" * 200 + " 3 April 2026") is None


def test_words_that_look_like_zones_are_not_taken_for_some() -> None:
    assert at("3 April 2026 19:04 ist ein Freitag") == MOMENT


# ── dates in digits ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "unknown", "day_first", "month_first"),
    [
        ("25/04/2026", "04-25", "04-25", "04-25"), ("04/25/2026", "04-25", "04-25", "04-25"), ("03/04/2026", None, "04-03", "03-04"),
        ("3-4-2026", None, "04-03", "03-04"), ("03.04.2026", "04-03", "04-03", "04-03"), ("3.4.26", "04-03", "04-03", "04-03"),
        ("05/05/2026", "05-05", "05-05", "05-05"), ("13/13/2026", None, None, None), ("03/04/26", None, None, None),
    ],
)  # fmt: skip
def test_a_date_in_digits_is_read_where_it_can_be_one_day_only(
    text: str, unknown: str | None, day_first: str | None, month_first: str | None
) -> None:
    for order, expected in (("unknown", unknown), ("day-first", day_first), ("month-first", month_first), (None, None)):
        stated = read_instant(text, UTC, order)  # type: ignore[arg-type]
        assert (stated and f"{stated.at:%m-%d}") == expected


@pytest.mark.parametrize(
    ("language", "zone", "order"),
    [
        ("de", UTC, "day-first"), ("fr-CA", UTC, "day-first"), ("en-GB", UTC, "day-first"), ("en_US", UTC, "month-first"), ("en", UTC, "unknown"),
        (None, UTC, "unknown"), ("en-CA", UTC, "unknown"), ("en", NEW_YORK, "month-first"), ("en", ZoneInfo("Africa/Lagos"), "day-first"),
        ("en-US", ZoneInfo("Europe/London"), "unknown"), ("es", NEW_YORK, "unknown"), (None, BERLIN, "day-first"), ("", BERLIN, "day-first"),
        ("en-Latn-US", NEW_YORK, "month-first"), ("en", ZoneInfo("America/Toronto"), "unknown"),
    ],
)  # fmt: skip
def test_language_and_zone_say_how_an_outlet_writes_digits(language: str | None, zone: tzinfo, order: str) -> None:
    assert digit_order(language, zone) == order


# ── which of several ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("1989-12-31T23:59:59Z", "before 1990"), ("0001-01-01T00:00:00+14:00", "before 1990"), (1, "not one date"), ("2126-11-16", "in the future"),
        ("2026-11-16T12:00:01Z", "in the future"), ("9999-12-31T23:59:59-12:00", "in the future"), ("soon", "not one date"),
        ("03/04/2026", "not one date"), ("2026-04", "not one date"), ({"@id": "x"}, "not one date"), (True, "not one date"),
        (float("inf"), "not one date"), (10**40, "not one date"), (b"2026-04-03", "not one date"),
    ],
)  # fmt: skip
def test_a_date_that_cannot_be_believed_gives_way_with_its_reason(wrong: Any, reason: str) -> None:
    judge_ = judge()
    dated = judge_.publication(candidates(wrong, "2026-04-03T17:04:00Z"))
    assert dated == Dated(instant=MOMENT, source="meta", precision="instant")
    assert len(judge_.notes) == 1
    assert judge_.notes[0].startswith("meta date: ")
    assert judge_.notes[0].endswith(f" is {reason}")


def test_seconds_since_1970_may_be_a_number() -> None:
    for value in (1775235840, 1775235840.0, 1775235840000, "1775235840"):
        assert published(value) == Dated(instant=MOMENT, source="meta", precision="instant")


def test_notes_are_short_however_many_dates_are_refused() -> None:
    judge_ = judge()
    assert judge_.publication(candidates(*(f"{'x' * 5000}{number}" for number in range(1000)))) is None
    assert judge_.publication(candidates(*map(str, range(1000)))) is None
    assert 1 < len(judge_.notes) <= 20
    assert max(map(len, judge_.notes)) < 150


@pytest.mark.parametrize(
    "value", ["2026-04-03T00:00:00Z", "2026-04-03T00:00:00+00:00", "2026-04-03 00:00:00", "20260403000000"]
)
def test_a_midnight_of_no_place_is_a_mere_day(value: str) -> None:
    day_ = Dated(instant=datetime(2026, 4, 3, tzinfo=UTC), source="meta", precision="day")
    assert published(value, zone=BERLIN) == published(value) == day_


@pytest.mark.parametrize(
    "value", ["2026-04-03T00:00:00+02:00", "2026-04-02T22:00:00Z", "2026-04-03T00:00:01Z", "2026-04-03T00:00:00.5Z"]
)
def test_a_midnight_somewhere_is_an_instant_as_any_other(value: str) -> None:
    dated = published(value, zone=BERLIN)
    assert dated and (dated.instant, dated.precision) == (datetime.fromisoformat(value), "instant")


def test_an_instant_beats_the_day_that_it_is_on_and_no_other() -> None:
    early = published("2026-04-03", "2026-04-02T17:04:00Z", "2026-04-03T17:04:00Z", "2026-04-03T18:00:00Z")
    assert early and (early.instant, early.precision) == (MOMENT, "instant")
    alone = published("2026-04-03", "2026-04-05T17:04:00Z", "2026-04-07")
    assert alone and (alone.instant, alone.precision) == (datetime(2026, 4, 3, tzinfo=UTC), "day")


def test_a_day_is_one_where_the_outlet_is() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    evening_before_in_utc = datetime(2026, 4, 2, 20, tzinfo=UTC)
    dated = published("2026-04-03", evening_before_in_utc, zone=tokyo)
    assert dated and dated.instant == evening_before_in_utc


def test_what_the_feed_states_is_an_instant_already() -> None:
    assert published("", None, MOMENT) == Dated(instant=MOMENT, source="meta", precision="instant")


def test_a_modification_before_the_publication_is_refused() -> None:
    judge_ = judge()
    first = judge_.publication(candidates("2026-04-03T17:04:00Z"))
    later = judge_.modification(candidates("2026-04-03T17:03:59Z", "2026-04-03T18:00:00Z"), first)
    assert later and later.instant.hour == 18
    assert judge_.notes == ["meta date: '2026-04-03T17:03:59Z' is before the publication"]
    assert judge_.modification(candidates("2026-04-03T17:04:00Z"), first) == first
    assert judge_.modification(candidates("2026-04-03"), first) is not None
    assert judge_.modification(candidates("2026-04-02"), first) is None
    assert judge_.modification(candidates("2026-04-02"), None) is not None


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/2026/04/25/nine-dead", "2026-04-25"), ("/2026/4/5", "2026-04-05"), ("/world/2026/apr/25/nine-dead", "2026-04-25"),
        ("/a/2026-04-25-nine-dead", "2026-04-25"), ("/n1/2026/0425/c1.html", "2026-04-25"), ("/20260425-216478/", "2026-04-25"),
        ("/2026/04/nine-dead", ""), ("/2026/123/x", ""), ("/article/20260425123456", ""), ("/1720260425", ""), ("/2026/13/01", ""), ("/", ""),
        ("?d=2026/04/25", ""),
    ],
)  # fmt: skip
def test_the_day_may_stand_in_the_address(path: str, found: str) -> None:
    assert day_in_address(f"https://post.example{path}") == found


def test_an_address_that_is_none_has_no_day() -> None:
    assert day_in_address("http://[::1/2026/04/25") == ""
    assert day_in_address("") == ""


# ── anything ─────────────────────────────────────────────────────────────────────────────────

PIECES = st.sampled_from(
    ["3", "03", "2026", " ", "-", "/", ".", ":", "T", "Z", "+02:00", "April", "апреля", "年4月", "17:04", "pm", "Uhr", "EDT", "GMT", "0", "99"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=30) | st.lists(PIECES, max_size=12).map("".join) | st.datetimes().map(str))
def test_no_text_gives_anything_but_a_date_with_a_zone_or_none(text: str) -> None:
    for order in ("day-first", "month-first", "unknown", None):
        stated = read_instant(text, BERLIN, order)  # type: ignore[arg-type]
        assert stated is None or stated.at.utcoffset() is not None
    dated = published(text, zone=BERLIN)
    assert dated is None or datetime(1990, 1, 1, tzinfo=UTC) <= dated.instant <= NOW
    assert dated is None or dated.precision == "instant" or dated.instant.timestamp() % 86_400 == 0


@given(st.datetimes(datetime(1990, 1, 2), datetime(2026, 11, 1)), st.integers(-12, 14))
def test_an_instant_keeps_its_offset_through_every_common_spelling(moment: datetime, hours: int) -> None:
    local = moment.replace(microsecond=0, second=7, tzinfo=timezone(timedelta(hours=hours)))
    for text in (
        local.isoformat(),
        f"{local:%a, %d %b %Y %H:%M:%S %z}",
        f"{local:%B %d, %Y %I:%M:%S %p %z}",
        f"{local:%Y/%m/%d %H:%M:%S %z}",
    ):
        stated = read_instant(text)
        assert stated and (stated.at, stated.at.utcoffset()) == (local, local.utcoffset())
