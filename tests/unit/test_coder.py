"""What the built-in coder finds in a text, and what it must leave alone."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.coder.coder import BuiltinCoder
from pipeline.errors import RecordError
from pipeline.events.bench import read_document, to_bench
from pipeline.events.ontology import event_types, role_codes
from pipeline.records import CodedClaim, CodedMention, Coding, Document

GOLDEN = Path(__file__).parents[1] / "golden" / "coder"
SEED = Path(__file__).parents[3] / "shared" / "seed"
CODER = BuiltinCoder()


def code(text: str, title: str = "", on: date | None = date(2026, 11, 18)) -> Coding:
    return CODER.code(Document(document_id="d", title=title, text=text, published_on=on))


def golden(name: str) -> Coding:
    title, _, text = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8").partition("\n")
    return code(text.strip(), title)


def mentions(coding: Coding, type_code: str) -> list[CodedMention]:
    return [m for m in coding.mentions if m.type_code == type_code]


def claims(coding: Coding, kind: str, stance: str = "asserts") -> list[CodedClaim]:
    return [c for c in coding.claims if (c.kind, c.stance) == (kind, stance)]


def sides(mention: CodedMention) -> tuple[list[str | None], list[str | None]]:
    return [a.country_code for a in mention.actors], [r.country_code for r in mention.recipients]


# ── a contested attack ───────────────────────────────────────────────────────────────────────


def assert_contested(
    coding: Coding, *, accuser: str, accused: str, deaths: int, injured: int, least: int | None
) -> None:
    attack = next(m for m in mentions(coding, "ASSAULT") if "heavy-weapons" in m.mode_codes and m.place is not None)
    about_it = [c for c in coding.claims if c.about == attack.number]
    counts = {c.kind: (c.count_min, c.count_max, c.source and c.source.country_code) for c in about_it if c.count_min}
    assert counts == {"deaths": (deaths, deaths, accuser), "injured": (injured, least, accuser)}
    by_stance = {c.stance: c for c in about_it if c.kind == "actor"}
    assert by_stance["accuses"].source and by_stance["accuses"].source.country_code == accuser
    assert by_stance["accuses"].accused and by_stance["accuses"].accused.country_code == accused
    assert by_stance["denies"].source and by_stance["denies"].source.country_code == accused
    assert claims(coding, "actor", "admits")
    assert any(sides(m) == ([accuser], [accused]) for m in mentions(coding, "ACCUSE"))
    assert any(sides(m)[0] == [accused] for m in mentions(coding, "REJECT"))


def test_an_attack_is_coded_with_its_toll_accusation_denial_and_admission() -> None:
    coding = golden("shelled-town")
    assert_contested(coding, accuser="LBN", accused="ISR", deaths=3, injured=14, least=None)
    assert mentions(coding, "ASSAULT")[0].start_date == date(2026, 11, 17)


def test_one_who_is_only_accused_is_no_actor() -> None:
    [attack] = mentions(code("Chad accused Sudan of bombing the town of Abeche on Monday."), "ASSAULT")
    assert attack.actors == ()


def test_a_toll_since_the_war_began_belongs_to_no_single_attack() -> None:
    [total] = [c for c in golden("shelled-town").claims if c.is_cumulative]
    assert (total.about, total.count_min, total.count_max) == (None, 201, None)
    assert total.source is not None and total.source.country_code == "UNO"


@pytest.mark.skipif(not SEED.is_dir(), reason="the shared seed article is not here")
def test_the_seed_article_is_coded_with_its_contested_attack() -> None:
    title, _, text = next(SEED.glob("*.txt")).read_text(encoding="utf-8").partition("\n")
    coding = code(text.strip(), title, on=date(2020, 10, 5))
    assert_contested(coding, accuser="AZE", accused="ARM", deaths=1, injured=32, least=32)


# ── who did what to whom ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "type_code", "actors", "recipients"),
    [
        ("France condemned the decision of Iran on Tuesday.", "ACCUSE", ["FRA"], ["IRN"]),
        ("Kenyan police arrested five Ugandan students.", "COERCE", ["KEN"], ["UGA"]),
        ("Five Ugandan students were arrested by Kenyan police.", "COERCE", ["KEN"], ["UGA"]),
        ("Poland expelled two Russian diplomats.", "SANCTION", ["POL"], ["RUS"]),
        ("The United Nations urged Mali to hold elections.", "REQUEST", ["UNO"], ["MLI"]),
        ("Peru and Chile held talks in Lima.", "CONSULT", ["PER", "CHL"], []),
        ("Hamas freed three Israeli hostages.", "RETREAT", ["PSE"], ["ISR"]),
    ],
)
def test_actor_and_recipient_stand_on_their_sides(
    text: str, type_code: str, actors: list[str], recipients: list[str]
) -> None:
    [mention] = mentions(code(text), type_code)
    assert tuple(map(sorted, sides(mention))) == (sorted(actors), sorted(recipients))


def test_a_march_gives_force_arrests_condemnation_and_demand() -> None:
    coding = golden("arrested-marchers")
    assert {"ASSAULT", "COERCE", "ACCUSE", "REQUEST", "REJECT"} <= {m.type_code for m in coding.mentions}
    [held] = claims(coding, "detained")
    assert (held.count_min, held.count_max) == (24, None)


def test_the_source_of_a_count_is_found_when_it_comes_last() -> None:
    coding = code("Gunmen attacked a camp near Gao. Six soldiers were killed in the attack, said Malian officials.")
    [deaths] = claims(coding, "deaths")
    assert deaths.source is not None and (deaths.source.country_code, deaths.source.role_code) == ("MLI", "GOV")


def test_a_planned_meeting_is_a_promise() -> None:
    [meeting] = code("The president of Chile will meet the president of Peru on Friday.").mentions
    assert (meeting.type_code, meeting.status) == ("AGREE", "planned")


def test_what_is_told_as_not_done_is_negated() -> None:
    [arrest] = mentions(code("Greek police did not arrest the Turkish journalist."), "COERCE")
    assert arrest.status == "negated"


def test_what_a_demand_asks_for_has_not_happened() -> None:
    assert {m.type_code for m in code("Chile urged Peru to arrest the smugglers.").mentions} == {"REQUEST"}


def test_a_dateline_is_nobody() -> None:
    [arrest] = mentions(
        code("NAIROBI, Nov 18 (Agency) - Two Ugandans were arrested on Monday by Kenyan police."), "COERCE"
    )
    assert [a.text for a in arrest.actors] == ["Kenyan police"]


def test_repeated_reports_of_one_attack_are_one_mention() -> None:
    text = "Rebels attacked a barracks in Goma on Monday. Four soldiers were killed in the attack in Goma."
    [attack] = mentions(code(text), "ASSAULT")
    assert len(attack.spans) == 2


def test_attacks_on_different_days_are_different() -> None:
    text = (
        "Rebels attacked an army camp in Goma on Monday, killing four soldiers. "
        "Rebels killed nine villagers in Bunia on 3 October."
    )
    assert len(mentions(code(text), "ASSAULT")) == 2


# ── no events ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["cup-final", "bus-crash"])
def test_sport_and_accidents_give_no_events(name: str) -> None:
    coding = golden(name)
    assert (coding.mentions, coding.claims) == ((), ())


@pytest.mark.parametrize("text", ["", " ", "attack", "ATTACK", "“", "👩‍🚀🔥", "\x00\x07\x1b", "no\n\n\nstops\n\n" * 50])
def test_odd_texts_are_left_alone(text: str) -> None:
    assert code(text, on=None).mentions == ()


# ── robustness ───────────────────────────────────────────────────────────────────────────────

NEWS = (
    "Israel Armenia's police killed wounded 14 at least dozens of said denied accused by in Gaza on Monday , . “ ” - "
    "hostages protesters Prime Minister Jan Novak the that and talks attack 2020 according to he U.S. \n\n"
)
NEWS_WORDS = st.sampled_from(NEWS.split(" "))
TEXTS = st.one_of(st.text(max_size=400), st.lists(NEWS_WORDS, max_size=80).map(" ".join))


@settings(max_examples=150, deadline=None)
@given(title=TEXTS, text=TEXTS, on=st.none() | st.dates())
def test_any_text_is_coded_within_its_bounds(title: str, text: str, on: date | None) -> None:
    document = Document(document_id="d", title=title, text=text, published_on=on)
    coding = CODER.code(document)
    assert coding == CODER.code(replace(document))
    numbers = [m.number for m in coding.mentions]
    assert numbers == list(range(1, len(numbers) + 1))
    for span in [s for m in coding.mentions for s in (*m.spans, m.anchor)] + [c.span for c in coding.claims]:
        assert 0 <= span.start <= span.end <= len(title if span.part == "title" else text)
    for mention in coding.mentions:
        assert mention.anchor in mention.spans and mention.rule
        assert set(mention.mode_codes) <= set(event_types()[mention.type_code].modes)
        assert {e.role_code for e in (*mention.actors, *mention.recipients)} <= role_codes()
        assert (mention.start_date or date.min) <= (mention.end_date or date.max)
    for claim in coding.claims:
        assert claim.rule and (claim.about is None or claim.about in numbers)
        low, high = claim.count_min, claim.count_max
        assert (low or 0) >= 0 and (high is None or (low or 0) <= high)


@pytest.mark.parametrize(
    "part",
    ["attack ", "Police said ", "A. ", "“", "7 killed, ", "Name Name ", "shoot a b ", "KILLED IN GAZA ", "a, ", "\n"],
)
def test_a_megabyte_is_cut_and_coded_in_linear_time(part: str) -> None:
    started = process_time()
    coding = code(part * (1_000_000 // len(part)), on=None)
    assert process_time() - started < 60  # what grows with the square takes many minutes
    assert any("text cut at 100000 of" in note for note in coding.notes)


def test_no_event_depends_on_a_day_of_publication() -> None:
    text = "Rebels attacked a barracks in Goma on Monday."
    [dated], [undated] = code(text).mentions, code(text, on=None).mentions
    assert undated.start_date is None and replace(dated, start_date=None, end_date=None) == undated


# ── the benchmark's format ───────────────────────────────────────────────────────────────────


def test_a_benchmark_document_is_read_without_its_answers() -> None:
    row = {"id": "X1", "title": "T", "text": "B", "published": "2026-11-18T10:00:00Z", "country_of_publisher": "GB"}
    document = read_document(row | {"publisher": "Paper", "events": "ignored", "url": None})
    assert (document.document_id, document.published_on) == ("X1", date(2026, 11, 18))
    assert (document.source_name, document.source_country_code) == ("Paper", "GBR")


def test_a_month_is_no_day_of_publication() -> None:
    assert read_document({"id": "X1", "text": "B", "published": "2001-12"}).published_on is None


def test_a_benchmark_document_without_text_is_named() -> None:
    with pytest.raises(RecordError, match="'X1': 'text' must be text"):
        read_document({"id": "X1"})


def test_codings_are_written_as_the_scorer_reads_them() -> None:
    row = to_bench(golden("shelled-town"))
    assert set(row) == {"id", "events", "claims"}
    attack = next(e for e in row["events"] if e["type"] == "ASSAULT" and e["place"])
    assert attack["date"] == {"start": "2026-11-17", "end": "2026-11-17"}
    assert all(place == "title" or len(place) == 2 for place in attack["mentions"])
    toll = next(c for c in row["claims"] if c["kind"] == "deaths")
    assert (toll["min"], toll["max"], toll["source"]["country"]) == (3, 3, "LBN")
    assert [c["cumulative"] for c in row["claims"] if c["about"] is None] == [True]
