"""What the SQL files make of rows: a small warehouse, filled by hand."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import duckdb
import pytest

from pipeline.dashboard.page import QUERIES, dashboard_page
from pipeline.marts import scripts

DAY = date(2026, 11, 16)
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
Row = dict[str, Any]


def article(version_id: str, **changes: Any) -> Row:
    return {
        "version_id": version_id, "article_id": f"article-{version_id}", "day": DAY, "source_id": "post",
        "canonical_url": f"https://post.example/{version_id}", "title": "T", "standfirst": None, "authors": ["A"], "section": None,
        "language_code": "en", "language_confidence": 1.0, "published_at": NOON, "published_source": "meta",
        "published_precision": "instant", "modified_at": None, "modified_source": None, "modified_precision": None,
        "dateline_place": None, "agency": None, "correction": None, "is_paywalled": False, "is_truncated": False,
        "word_count": 3, "notes": [], "story_id": f"story-{version_id}", "story_similarity": 1.0, "story_rule": "first",
        "extractor": "x", "captured_at": NOON,
        "url": f"https://post.example/{version_id}", "archive_file": "f", "archive_offset": 0, "payload_digest": "d",
    } | changes  # fmt: skip


def mention(mention_id: str, version_id: str = "v1", **changes: Any) -> Row:
    return {
        "mention_id": mention_id, "event_id": "event", "link_score": 1.0, "link_rule": "x", "day": DAY,
        "version_id": version_id, "article_id": f"article-{version_id}", "source_id": "post",
        "story_id": f"story-{version_id}", "type_code": "ASSAULT", "mode_codes": [], "score": -9.0,
        "status": "occurred", "salience": "main", "event_date": DAY, "event_end_date": None, "date_precision": "day",
        "reported_date": DAY, "actor_name": None, "actor_country_code": None, "actor_role_code": None,
        "recipient_name": None, "recipient_country_code": None, "recipient_role_code": None, "place_name": None,
        "place_country_code": None, "admin1": None, "latitude": None, "longitude": None, "place_precision": "none",
        "geonames_id": None, "sentence": "S.", "sentence_start": 0, "sentence_end": 2, "rule": "x", "coder": "x",
    } | changes  # fmt: skip


def claim(claim_id: str, mention_id: str, version_id: str = "v1", **changes: Any) -> Row:
    return {
        "claim_id": claim_id, "day": DAY, "mention_id": mention_id, "version_id": version_id,
        "article_id": f"article-{version_id}", "source_id": "post", "story_id": f"story-{version_id}", "kind": "deaths",
        "stance": "asserts", "claimant_name": "police", "claimant_country_code": None, "claimant_role_code": None,
        "accused_name": None, "accused_country_code": None, "accused_role_code": None, "counted_name": None,
        "counted_country_code": None, "counted_role_code": None, "count_min": 3, "count_max": 3, "is_cumulative": False,
        "answers_claim_id": None, "sentence": "S.", "sentence_start": 0, "sentence_end": 2, "rule": "x", "coder": "x",
    } | changes  # fmt: skip


def coverage(day: date, **changes: Any) -> Row:
    return {
        "day": day, "source_id": "post", "feed_count": 1, "answered_feed_count": 1, "entry_count": 1, "page_count": 1,
        "rejected_count": 0, "article_count": 1, "articles_min": 1, "articles_max": 9, "state": "normal",
    } | changes  # fmt: skip


def sighting(version_id: str, article_id: str, seen_at: datetime) -> Row:
    return {
        "sighting_id": f"{version_id}-{seen_at}", "day": seen_at.date(), "article_id": article_id,
        "version_id": version_id, "captured_at": seen_at,
    }  # fmt: skip


class Marts:
    """A warehouse in memory."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("set TimeZone = 'UTC'")
        self.run(name < "1" for name in self.names)
        source = {"source_id": "post", "name": "Post", "language_code": "en", "time_zone": "UTC", "terms": ""}
        self.insert("dim_source", [source | {"is_active": True}, source | {"source_id": "wire", "is_active": True}])
        kind = {"type_code": "ASSAULT", "quad_code": 4, "quad_class": "material conflict", "score": -9.0}
        self.insert("dim_type", [kind | {"cameo_codes": ["18"]}])

    @property
    def names(self) -> list[str]:
        return [path.name for path in scripts()]

    def run(self, chosen: Iterable[bool]) -> None:
        for path, is_chosen in zip(scripts(), chosen, strict=True):
            if is_chosen:
                self.connection.execute(path.read_text(encoding="utf-8"))

    def insert(self, table: str, rows: Iterable[Row]) -> None:
        for row in rows:
            marks = ", ".join("?" * len(row))
            self.connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))

    def derive(self, **facts: Iterable[Row]) -> None:
        """Replace these facts and build all that is derived."""
        for name, rows in facts.items():
            self.connection.execute(f"delete from fact_{name}")
            self.insert(f"fact_{name}", rows)
        self.run(name >= "1" for name in self.names)

    def ask(self, sql: str) -> list[Row]:
        answer = self.connection.execute(sql)
        names = [name for name, *_ in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def event(self) -> Row:
        (row,) = self.ask("select * from fact_event")
        return row


@pytest.fixture
def marts() -> Iterator[Marts]:
    made = Marts()
    yield made
    made.connection.close()


QUETTA = {
    "place_name": "Quetta", "place_country_code": "PAK", "admin1": "Balochistan", "latitude": 30.2, "longitude": 67.0,
    "place_precision": "place",
}  # fmt: skip
IRAN = {"place_name": "Iran", "place_country_code": "IRN", "latitude": 32.0, "longitude": 53.0}


# ── events ──


def test_a_place_keeps_its_own_country_and_coordinates(marts: Marts) -> None:
    """Counted each by itself, IRN (4 times) would stand beside Quetta (3 times)."""
    elsewhere = [IRAN | {"place_name": name, "latitude": None} for name in ("Zahedan", "Saravan", "Iran", "Khash")]
    places = [QUETTA, QUETTA, QUETTA, *elsewhere]

    marts.derive(article=[article("v1")], mention=[mention(f"m{n}", **place) for n, place in enumerate(places)])

    event = marts.event()
    assert {name: event[f"place_{name}"] for name in ("name", "country_code")} == {
        "name": "Quetta",
        "country_code": "PAK",
    }
    assert (event["admin1"], event["latitude"], event["longitude"]) == ("Balochistan", 30.2, 67.0)


@pytest.mark.parametrize("part", ["actor", "recipient"])
def test_a_party_keeps_its_own_country_and_role(marts: Marts, part: str) -> None:
    def party(name: str, country_code: str | None, role_code: str) -> Row:
        return {f"{part}_name": name, f"{part}_country_code": country_code, f"{part}_role_code": role_code}

    parties = [party("gunmen", None, "UNK")] * 2 + [party("army", "PAK", "MIL"), party("Pakistan's army", "PAK", "MIL")]

    marts.derive(article=[article("v1")], mention=[mention(f"m{n}", **some) for n, some in enumerate(parties)])

    event = marts.event()
    assert [event[f"{part}_{name}"] for name in ("name", "country_code", "role_code")] == ["gunmen", None, "UNK"]


def test_one_place_known_outweighs_any_number_of_mentions_without(marts: Marts) -> None:
    marts.derive(article=[article("v1")], mention=[mention("m1"), mention("m2"), mention("m3", **QUETTA)])

    assert marts.event()["place_name"] == "Quetta"


def test_an_event_without_place_or_parties_has_none(marts: Marts) -> None:
    marts.derive(article=[article("v1")], mention=[mention("m1")])

    event = marts.event()
    assert [event[name] for name in ("place_name", "latitude", "actor_name", "recipient_role_code")] == [None] * 4


def test_ties_do_not_depend_on_the_order_of_rows(marts: Marts) -> None:
    told = [
        mention("m1", type_code="ASSAULT", status="occurred", sentence="Bb.", actor_name="b", **QUETTA),
        mention("m2", type_code="THREATEN", status="planned", sentence="Aa.", actor_name="a", **IRAN),
        mention("m3", type_code="ACCUSE", status="negated", sentence="C.", event_date=DAY - timedelta(days=1)),
        mention("m4", type_code="ACCUSE", status="negated", sentence="D.", event_date=DAY - timedelta(days=1)),
        mention("m5", type_code="ASSAULT", status="occurred", sentence="E.", recipient_name="z"),
        mention("m6", type_code="THREATEN", status="planned", sentence="F.", recipient_name="y", event_date=None),
    ]
    seen = []
    for order in list(permutations(told))[::80]:
        marts.derive(article=[article("v1")], mention=order)
        seen.append(marts.event())

    event = seen[0]
    assert all(other == event for other in seen)
    assert (event["type_code"], event["status"], event["sentence"]) == ("ASSAULT", "occurred", "Bb.")
    assert (event["place_name"], event["actor_name"], event["recipient_name"]) == ("Quetta", "b", "z")
    assert event["event_date"] == DAY


@pytest.mark.parametrize(
    ("scores", "expected"), [([-9.0, 2.0, -4.0], -9.0), ([3.0, -3.0], 3.0), ([-3.0, 3.0], 3.0), ([0.0], 0.0)]
)
def test_the_score_of_an_event_is_the_one_furthest_from_zero(
    marts: Marts, scores: list[float], expected: float
) -> None:
    marts.derive(article=[article("v1")], mention=[mention(f"m{n}", score=score) for n, score in enumerate(scores)])

    assert marts.event()["score"] == expected


def test_the_score_of_a_day_is_the_mean_over_its_events(marts: Marts) -> None:
    told = [mention("m1", score=-10.0), mention("m2", score=-8.0), mention("m3", event_id="other", score=-2.0)]

    marts.derive(article=[article("v1")], mention=told)

    assert [row["mean_score"] for row in marts.ask("select mean_score from mart_daily_events")] == [-6.0]


def test_an_event_without_a_stated_date_stands_under_its_first_report(marts: Marts) -> None:
    told = [
        mention("m1", event_date=None, reported_date=DAY + timedelta(days=1)),
        mention("m2", event_date=None, reported_date=DAY),
        mention("m3", event_id="stated", event_date=date(2020, 1, 1)),
    ]

    marts.derive(article=[article("v1")], mention=told)

    events = marts.ask("select event_id, event_date, is_date_stated from fact_event order by event_id")
    assert [tuple(row.values()) for row in events] == [("event", DAY, False), ("stated", date(2020, 1, 1), True)]


# ── what holds now ──


def test_a_correction_that_was_taken_back_does_not_stand(marts: Marts) -> None:
    versions = [
        article("v1", article_id="a", captured_at=NOON),
        article("v2", article_id="a", captured_at=NOON + HOUR),
    ]
    counts = [claim("c1", "m1", "v1", count_min=7), claim("c2", "m2", "v2", count_min=9)]
    told = [mention("m1", "v1"), mention("m2", "v2")]
    seen = [sighting("v1", "a", NOON), sighting("v2", "a", NOON + HOUR)]

    marts.derive(article=versions, mention=told, claim=counts, sighting=seen)
    corrected = marts.ask("select version_id from current_article")
    marts.derive(sighting=[*seen, sighting("v1", "a", NOON + 30 * HOUR)])

    assert corrected == [{"version_id": "v2"}]
    assert marts.ask("select version_id from current_article") == [{"version_id": "v1"}]
    assert marts.ask("select mention_id from current_mention") == [{"mention_id": "m1"}]
    assert marts.ask("select claim_id, is_current from mart_casualties order by claim_id") == [
        {"claim_id": "c1", "is_current": True},
        {"claim_id": "c2", "is_current": False},
    ]
    assert marts.event()["deaths_low"] == 7


def test_a_version_without_a_sighting_was_seen_when_it_was_captured(marts: Marts) -> None:
    versions = [
        article("v1", article_id="a", captured_at=NOON),
        article("v2", article_id="a", captured_at=NOON + 2 * HOUR),
        article("v3", article_id="b"),
    ]

    marts.derive(article=versions, sighting=[sighting("v1", "a", NOON + HOUR)])

    assert marts.ask("select version_id from current_article order by all") == [
        {"version_id": "v2"},
        {"version_id": "v3"},
    ]


def test_versions_seen_at_the_same_instant_have_one_winner(marts: Marts) -> None:
    versions = [article(name, article_id="a") for name in ("v1", "v2")]

    for order in (versions, versions[::-1]):
        marts.derive(article=order)
        assert marts.ask("select version_id from current_article") == [{"version_id": "v1"}]


def origins(marts: Marts, *copies: Row) -> set[str]:
    marts.derive(article=[copy | {"story_id": "wire-copy"} for copy in copies])
    return {row["origin_source_id"] for row in marts.ask("select origin_source_id from current_article")}


def test_a_page_that_states_only_its_day_was_not_first_at_midnight(marts: Marts) -> None:
    midnight = datetime(2026, 11, 16, tzinfo=UTC)
    wire = article("v1", source_id="wire", published_at=NOON - HOUR, captured_at=NOON + 2 * HOUR)
    post = article("v2", published_at=midnight, published_precision="day", captured_at=NOON)

    assert origins(marts, wire, post) == {"wire"}
    assert origins(marts, wire | {"published_at": NOON + HOUR}, post) == {"post"}


def test_a_page_without_a_date_was_published_when_it_was_captured(marts: Marts) -> None:
    wire = article("v1", source_id="wire", published_at=NOON)
    post = article("v2", published_at=None, published_source=None, published_precision=None, captured_at=NOON - HOUR)

    assert origins(marts, wire, post) == {"post"}


def test_a_story_that_credits_an_agency_is_the_agencys_whoever_had_it_first(marts: Marts) -> None:
    post = article("v1", published_at=NOON, story_id="copy")
    wire = article("v2", source_id="wire", published_at=NOON + HOUR, agency="Reuters", story_id="copy")
    other = article("v3", agency="Reuters")
    told = [mention("m1", "v1"), mention("m2", "v2", source_id="wire"), mention("m3", "v3")]

    marts.derive(article=[post, wire, other], mention=told)

    assert {row["origin"] for row in marts.ask("select origin from current_article")} == {"Reuters"}
    assert (marts.event()["article_count"], marts.event()["independent_source_count"]) == (3, 1)


def test_an_agency_that_is_an_outlet_is_one_origin_whoever_carries_it(marts: Marts) -> None:
    marts.insert("dim_source", [{
        "source_id": "reuters-en", "name": "Reuters", "language_code": "en", "time_zone": "UTC", "terms": "",
        "is_active": True,
    }])  # fmt: skip
    marts.derive(article=[article("v1", agency="Reuters"), article("v2", source_id="reuters-en")])

    assert {row["origin"] for row in marts.ask("select origin from current_article")} == {"reuters-en"}


# ── versions and stories ──


def test_a_revision_is_shown_with_what_it_changed(marts: Marts) -> None:
    versions = [
        article("v1", article_id="a"),
        article("v2", article_id="a", title="Ten dead", captured_at=NOON + HOUR, correction="It was ten."),
    ]
    changes = [
        {"part": "title", "start": 0, "removed": "Nine", "added": "Ten"},
        {"part": "text", "start": 4, "removed": "nine", "added": "ten"},
    ]
    revision = {
        "version_id": "v2", "day": DAY, "article_id": "a", "previous_version_id": "v1", "words_removed": 2,
        "words_added": 2, "changes": changes,
    }  # fmt: skip

    marts.derive(article=versions, revision=[revision])

    (row,) = marts.ask("select * from mart_revisions")
    assert (row["source_name"], row["title"], row["is_title_changed"], row["is_current"]) == (
        "Post",
        "Ten dead",
        True,
        True,
    )
    assert (row["changes"], row["correction"], row["changed_at"]) == (changes, "It was ten.", NOON + HOUR)


def test_a_story_is_shown_once_several_articles_carry_it(marts: Marts) -> None:
    first = article("v1", story_id="s", title="First")
    copy = article(
        "v2", story_id="s", source_id="wire", captured_at=NOON + HOUR, published_at=NOON + HOUR, story_similarity=0.8
    )

    marts.derive(article=[first, copy, article("v3", story_id="alone")])

    (row,) = marts.ask("select * from mart_stories")
    assert (row["story_id"], row["title"], row["origin"]) == ("s", "First", "post")
    assert (row["article_count"], row["source_ids"], row["similarity_min"]) == (2, ["post", "wire"], 0.8)


# ── days ──


def dates(marts: Marts) -> list[date]:
    return [row["date"] for row in marts.ask("select date from dim_date order by date")]


def test_the_days_reach_over_all_that_is_covered_without_gaps(marts: Marts) -> None:
    marts.derive(coverage=[coverage(DAY), coverage(DAY + timedelta(days=5))])

    assert dates(marts) == [DAY + timedelta(days=n) for n in range(-31, 6)]


def test_the_days_reach_to_the_last_event(marts: Marts) -> None:
    told = [
        mention("m1", event_date=DAY + timedelta(days=2)),
        mention("m2", event_id="old", event_date=date(1987, 1, 1)),
    ]

    marts.derive(article=[article("v1")], mention=told, coverage=[coverage(DAY)])

    assert dates(marts) == [DAY + timedelta(days=n) for n in range(-31, 3)]


def test_an_empty_warehouse_has_no_days_and_no_rows(marts: Marts) -> None:
    marts.derive()

    assert dates(marts) == []
    assert marts.ask("select * from fact_event") == []


# ── the dashboard's questions ──


def test_all_of_the_dashboard_is_about_one_month(marts: Marts) -> None:
    first = DAY - timedelta(days=30)
    days = [first - timedelta(days=1), first, DAY]
    told = [mention(f"m{n}", event_id=f"e{n}", event_date=day, **QUETTA) for n, day in enumerate(days)]
    claims = [claim(f"c{n}", f"m{n}") for n in range(3)]
    denials = [claim(f"d{n}", f"m{n}", kind="occurrence", stance="denies") for n in range(3)]

    marts.derive(
        article=[article("v1")], mention=told, claim=[*claims, *denials], coverage=[coverage(day) for day in days]
    )
    answers = {name: marts.ask(sql) for name, sql in QUERIES.items()}

    (figures,) = answers["figures"]
    assert (figures["first_day"], figures["last_day"], figures["first_covered_day"]) == (first, DAY, first)
    assert figures["event_count"] == figures["contested_count"] == figures["article_count"] == 2
    assert {row["event_date"] for row in answers["daily"]} == {first, DAY}
    assert [(row["place_name"], row["event_count"]) for row in answers["places"]] == [("Quetta", 2)]
    assert {row["event_id"] for row in answers["contested"]} == {"e1", "e2"}
    assert {row["event_id"] for row in answers["casualties"]} == {"e1", "e2"}
    assert "17 October 2026 to 16 November 2026" in dashboard_page(answers)


def test_what_is_contested_is_counted_beyond_what_is_shown(marts: Marts) -> None:
    told = [mention(f"m{n:02}", event_id=f"e{n:02}") for n in range(61)]
    claims = [claim(f"c{n:02}", f"m{n:02}", kind="occurrence", stance="denies") for n in range(61)]
    tolls = [claim(f"t{n:02}", f"m{n:02}") for n in range(61)]

    marts.derive(article=[article("v1")], mention=told, claim=[*claims, *tolls], coverage=[coverage(DAY)])
    html = dashboard_page({name: marts.ask(sql) for name, sql in QUERIES.items()})

    assert "<b>61</b><span>contested events</span>" in html
    assert "Shown: 50 of 61 contested events." in html
    assert "Shown: 60 of 61 accounts." in html


# ── feeds ──


def feed_day(day: date, **changes: Any) -> Row:
    return {
        "day": day, "feed_id": "f", "source_id": "post", "url": "http://post.example/rss", "polled_at": NOON,
        "state": "active", "is_answered": True, "failure_kinds": [], "entry_count": 5, "gap_count": 0,
    } | changes  # fmt: skip


def test_feed_health_is_what_a_feed_is_now_and_what_it_gave_in_thirty_days(marts: Marts) -> None:
    health = {
        "feed_id": "f", "source_id": "post", "url": "http://post.example/rss", "is_active": True, "state": "failing",
        "interval_seconds": 1800, "hard_count": 0, "soft_count": 2, "temporary_count": 0, "last_error": "an HTML page",
    }  # fmt: skip
    marts.insert("dim_feed", [health, health | {"feed_id": "new", "url": "http://post.example/new", "state": "new"}])
    marts.derive(
        feed_day=[
            feed_day(DAY - timedelta(days=40), entry_count=99),
            feed_day(DAY - timedelta(days=1), gap_count=2, missed_estimate=12),
            feed_day(DAY, is_answered=False, failure_kinds=["soft"], entry_count=0, state="failing"),
        ]
    )
    new, sick = marts.ask("select * from mart_feed_health order by url")
    assert (sick["state"], sick["soft_count"], sick["interval_minutes"]) == ("failing", 2, 30)
    assert (sick["day_count"], sick["answered_day_count"], sick["last_answered_day"]) == (2, 1, DAY - timedelta(days=1))
    assert (sick["entry_count"], sick["gap_count"], sick["missed_estimate"]) == (5, 2, 12)
    assert (new["state"], new["day_count"], new["missed_estimate"]) == ("new", 0, None)
