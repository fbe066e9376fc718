"""Claims of the coder: how many, who says so, who accuses, admits and denies."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.coder.claims import find_claims
from pipeline.coder.events import EventDraft
from pipeline.coder.parties import find_parties, may_speak
from pipeline.coder.reading import Reading, read
from pipeline.coder.sentences import classify
from pipeline.records import CodedClaim, Document

COUNTS = ("deaths", "injured", "missing", "detained", "displaced")


def reading_of(*sentences: str, title: str = "Blast hits market town") -> Reading:
    return read(Document(document_id="d", title=title, text=" ".join(sentences), published_on=date(2026, 3, 4)))


def claims_of(*sentences: str, events: tuple[EventDraft, ...] = ()) -> tuple[CodedClaim, ...]:
    reading = reading_of(*sentences)
    views = classify([sentence.text for sentence in reading.sentences])
    return find_claims(reading, find_parties(reading), events, views)


def counts_of(*sentences: str) -> set[tuple[str, int | None, int | None]]:
    return {(c.kind, c.count_min, c.count_max) for c in claims_of(*sentences) if c.kind in COUNTS}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A bomb killed at least 14 villagers on Monday.", ("deaths", 14, None)),
        ("Three soldiers were killed in the ambush.", ("deaths", 3, 3)),
        ("Gunmen attacked the post, killing nine soldiers.", ("deaths", 9, 9)),
        ("The attack left six people dead.", ("deaths", 6, 6)),
        ("The bombing wounded 32 people.", ("injured", 32, 32)),
        ("Police arrested 20 protesters.", ("detained", 20, 20)),
        ("Dozens of civilians were killed in the shelling.", ("deaths", 24, None)),
        ("More than 100 people were injured in the blast.", ("injured", 101, None)),
    ],
)
def test_a_toll_is_counted_with_its_bounds(text: str, expected: tuple[str, int | None, int | None]) -> None:
    assert expected in counts_of("Rebels attacked the town.", text)


def test_the_dead_and_the_wounded_of_one_sentence_are_two_counts() -> None:
    found = counts_of("Militants attacked a convoy.", "The attack killed three soldiers and wounded 12 others.")
    assert found == {("deaths", 3, 3), ("injured", 12, 12)}


def test_the_age_of_somebody_is_no_count() -> None:
    found = counts_of("A missile hit the town.", "The death toll rose to 10 after a girl of 12 died of her wounds.")
    assert found == {("deaths", 10, 10)}


def test_at_least_holds_for_both_numbers_of_a_shortened_sentence() -> None:
    found = counts_of("A bomb went off.", "At least 30 people were killed and 75 wounded in the attack.")
    assert found == {("deaths", 30, None), ("injured", 75, None)}


def test_the_title_makes_no_claim() -> None:
    reading = reading_of("The market was shut on Tuesday.", title="Bomb kills 12 soldiers in border town")
    assert find_claims(reading, find_parties(reading), ()) == ()


def test_a_count_in_the_outlets_own_voice_has_no_source() -> None:
    (claim,) = claims_of("Rebels attacked a village.", "The attack killed seven civilians.")
    assert claim.source is None


@pytest.mark.parametrize(
    "text",
    [
        "The attack killed seven civilians, Kenyan police said.",
        "Kenyan police said the attack killed seven civilians.",
        "According to Kenyan police, the attack killed seven civilians.",
        "The attack killed seven civilians, said Kenyan police.",
    ],
)
def test_a_count_is_sourced_to_whoever_says_it(text: str) -> None:
    counts = [claim for claim in claims_of("Rebels attacked a village.", text) if claim.kind == "deaths"]
    assert counts
    assert all(claim.source and claim.source.role_code == "COP" for claim in counts)


@pytest.mark.parametrize(
    ("text", "stance", "source"),
    [
        ("The shelling killed three people, according to Baku.", "asserts", ("Baku", "AZE", "GOV")),
        ("According to Baku, three people were killed in the shelling.", "asserts", ("Baku", "AZE", "GOV")),
        ("Baku says three people were killed in the shelling.", "asserts", ("Baku", "AZE", "GOV")),
        ("Baku accused Armenia of shelling the town.", "accuses", ("Baku", "AZE", "GOV")),
    ],
)
def test_a_capital_speaks_for_its_government(text: str, stance: str, source: tuple[str, str, str]) -> None:
    found = [(claim.stance, claim.source) for claim in claims_of("Shells hit Ganja.", text) if claim.source]
    assert (stance, source) in [(said, (by.text, by.country_code, by.role_code)) for said, by in found if by]


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("Baku said three people died.", "Baku", True),
        ("Three people died, according to Baku.", "Baku", True),
        ("In Baku three people died.", "Baku", False),
        ("Aleppo saw the fiercest fighting.", "Aleppo", False),
    ],
)
def test_a_capital_may_speak_and_a_scene_may_not(text: str, name: str, expected: bool) -> None:
    reading = reading_of(text)
    [party] = [party for some in find_parties(reading) for party in some if party.text == name]
    assert party.kind == "place"
    assert may_speak(reading.sentences[party.sentence].doc, party) is expected


def test_who_is_quoted_after_a_comma_speaks() -> None:
    found = claims_of("Shells hit the town, quoted residents as saying that nine people had been killed.")
    assert ("deaths", 9) in {(claim.kind, claim.count_min) for claim in found}


def test_a_count_is_about_the_attack_of_its_sentence() -> None:
    event = EventDraft(4, "ASSAULT", "occurred", ((2, 1),))
    counts = claims_of("It was quiet.", "The attack killed seven civilians.", events=(event,))
    assert [claim.about for claim in counts if claim.kind == "deaths"] == [4]


def test_a_total_over_a_war_is_about_no_single_event() -> None:
    event = EventDraft(4, "ASSAULT", "occurred", ((1, 1),))
    text = "More than 2,000 civilians have been killed since the war began."
    (claim,) = [c for c in claims_of("Rebels attacked a village.", text, events=(event,)) if c.kind == "deaths"]
    assert (claim.about, claim.is_cumulative) == (None, True)


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("Azerbaijan accused Armenia of shelling the town.", "accuses"),
        ("The Taliban claimed responsibility for the attack.", "admits"),
        ("Armenia denied involvement in the attack.", "denies"),
    ],
)
def test_the_plainest_stances_are_told_apart(text: str, stance: str) -> None:
    event = EventDraft(1, "ASSAULT", "occurred", ((1, 1), (2, 3)))
    found = [c.stance for c in claims_of("A blast hit the town.", text, events=(event,)) if c.kind == "actor"]
    assert found == [stance]


def test_a_denial_answers_the_accusation() -> None:
    event = EventDraft(7, "ASSAULT", "occurred", ((1, 4),))
    claims = claims_of(
        "Azerbaijan accused Armenia of shelling the town.", "Armenia denied the accusation.", events=(event,)
    )
    (accusation,) = [claim for claim in claims if claim.stance == "accuses"]
    (denial,) = [claim for claim in claims if claim.stance == "denies"]
    assert denial.about == accusation.about == 7
    assert denial.accused == accusation.accused


def test_each_of_several_accused_has_a_claim() -> None:
    found = claims_of("A bomb tore through a market.", "India accused Pakistan and Iran of carrying out the bombing.")
    accused = {claim.accused.text for claim in found if claim.stance == "accuses" and claim.accused}
    assert accused == {"Pakistan", "Iran"}


@pytest.mark.parametrize(
    ("text", "accused"),
    [
        ("Hundreds of people have died in attacks that Nigeria has blamed on Boko Haram.", "Boko Haram"),
        ("Ukraine accused Russia of shelling a school where Red Cross workers slept.", "Russia"),
    ],
)
def test_the_accused_is_told_from_others_that_are_named(text: str, accused: str) -> None:
    found = claims_of("A bomb tore through a market.", text)
    assert {claim.accused.text for claim in found if claim.stance == "accuses" and claim.accused} == {accused}


def test_nobody_claiming_responsibility_is_no_admission() -> None:
    claims = claims_of("A blast hit the town.", "No group has claimed responsibility for the attack.")
    assert not [claim for claim in claims if claim.stance == "admits"]


@pytest.mark.parametrize(
    "text",
    [
        "The company cut 300 jobs and shares fell by 12 percent.",
        "The striker scored two goals in the last five minutes.",
        "Prices rose by 30 percent in 2019.",
    ],
)
def test_numbers_of_business_and_sport_count_nobody(text: str) -> None:
    assert counts_of(text) == set()


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "KILLED",
                "12",
                "“",
                "”",
                "said",
                "police",
                ",",
                ".",
                "denied",
                "two",
                "and",
                "a",
                "man",
                "\x00",
                "🙂",
                "of",
            ]
        ),
        max_size=40,
    )
)
def test_any_text_gives_the_same_claims_twice_with_sound_bounds(parts: list[str]) -> None:
    text = " ".join(parts)
    claims = claims_of(text)
    assert claims == claims_of(text)
    for claim in claims:
        assert claim.count_max is None or 0 <= (claim.count_min or 0) <= claim.count_max
        assert 0 <= claim.span.start < claim.span.end <= len(text)
