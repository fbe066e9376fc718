"""Who is named: phrases, countries, roles, persons, and who is meant later on."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.coder.parties import Party, find_parties
from pipeline.coder.reading import read
from pipeline.records import Document


def parties_of(text: str, *, title: str = "", publisher: str | None = None) -> list[Party]:
    document = Document(
        document_id="d",
        title=title,
        text=text,
        published_on=date(2019, 5, 7),
        source_name="Daily",
        source_country_code=publisher,
    )
    return [party for inside in find_parties(read(document)) for party in inside]


def known(text: str, **about: str) -> set[tuple[str, str | None, str]]:
    return {(party.text, party.country, party.role) for party in parties_of(text, **about)}


def country_of(name: str, text: str, **about: str) -> str | None:
    (country,) = {party.country for party in parties_of(text, **about) if party.text == name}
    return country


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("Turkish troops crossed the river.", ("Turkish troops", "TUR", "MIL")),
        ("The president of Chile visited the port.", ("president", "CHL", "GOV")),
        ("Kenya's parliament rejected the bill.", ("Kenya's parliament", "KEN", "LEG")),
        ("Police in Peru arrested a teacher.", ("Police", "PER", "COP")),
        ("Tbilisi denied the charge.", ("Tbilisi", "GEO", "GOV")),
        ("The Kremlin denied the charge.", ("Kremlin", "RUS", "GOV")),
        ("Norway condemned the attack.", ("Norway", "NOR", "GOV")),
        ("Boko Haram fighters burned a school.", ("Boko Haram fighters", "NGA", "REB")),
        ("The Italian embassy in Ghana was closed.", ("Italian embassy", "ITA", "GOV")),
        ("NATO condemned the attack.", ("NATO", "IGO", "IGO")),
        ("Polish prosecutors charged a businessman.", ("Polish prosecutors", "POL", "COP")),
        ("A Danish police spokesman spoke to reporters.", ("Danish police spokesman", "DNK", "COP")),
    ],
)
def test_a_party_has_the_country_and_the_role_that_its_words_tell(text: str, party: tuple[str, str, str]) -> None:
    assert party in known(text)


def test_a_title_gives_a_person_country_and_role() -> None:
    assert ("Marta Lindqvist", "SWE", "GOV") in known("Swedish Foreign Minister Marta Lindqvist met farmers.")


def test_an_apposition_gives_a_person_country_and_role() -> None:
    assert ("Rodrigo Salas", "CHL", "GOV") in known("Rodrigo Salas, the Chilean foreign minister, met farmers.")


def test_the_title_in_the_text_counts_more_than_what_somebody_is_known_as() -> None:
    assert ("Putin", "RUS", "BUS") in known("Businessman Putin met farmers.")


def test_a_surname_means_the_person_named_in_full() -> None:
    text = "Chilean President Rodrigo Salas arrived on Monday. Salas met farmers."
    assert [party.text for party in parties_of(text) if party.sentence == 2 and party.kind == "person"] == [
        "Rodrigo Salas"
    ]


def test_mentions_of_one_person_share_their_chain() -> None:
    text = "Chilean President Rodrigo Salas arrived on Monday. Salas met farmers. He praised the harvest."
    chains = {party.chain for party in parties_of(text) if party.text == "Rodrigo Salas"}
    assert len(chains) == 1
    assert sum(party.text == "Rodrigo Salas" for party in parties_of(text)) == 3


def test_the_group_is_the_one_named_last() -> None:
    text = "Boko Haram attacked two villages in Nigeria on Monday. The group burned a school."
    assert [party.country for party in parties_of(text) if party.kind == "pronoun" and party.sentence == 2] == ["NGA"]


def test_the_two_countries_are_those_named_last() -> None:
    text = "Norway and Chile signed a treaty. The two countries will meet again in May."
    found = {party.country for party in parties_of(text) if party.sentence == 2 and party.kind == "pronoun"}
    assert found == {"NOR", "CHL"}


def test_we_are_those_who_speak() -> None:
    text = "Chilean President Rodrigo Salas spoke. “We will win,” Salas said."
    assert ("Rodrigo Salas", "CHL") in {
        (party.text, party.country) for party in parties_of(text) if party.kind == "pronoun"
    }


def test_two_adjectives_are_two_parties() -> None:
    assert {party.country for party in parties_of("Russian and Turkish troops met.") if party.role == "MIL"} == {
        "RUS",
        "TUR",
    }


def test_police_without_a_country_are_of_the_land_that_the_article_is_about() -> None:
    text = "Thousands marched through Kenya on Monday. Kenya has had many protests. Police fired tear gas."
    assert country_of("Police", text, publisher="USA") == "KEN"


def test_police_in_a_local_report_are_of_the_publisher_s_land() -> None:
    assert country_of("Police", "Police arrested a driver on Monday.", publisher="NZL") == "NZL"


def test_a_place_of_many_countries_is_where_the_article_is_about() -> None:
    text = "Canada was shocked on Monday. Protesters marched in London. Canada has had many protests."
    assert country_of("London", text) != "ZAF"


def test_a_foreign_side_keeps_its_own_country() -> None:
    assert country_of("US troops", "US troops in Iraq shelled a town.") == "USA"


def test_an_adjective_of_a_deed_is_a_party() -> None:
    assert "ISR" in {party.country for party in parties_of("An Israeli strike destroyed a bridge.")}


def test_what_is_against_a_country_is_not_of_it() -> None:
    found = known("Anti-Norway protesters marched in Chile.")
    assert not {country for _, country, role in found if role == "CVL"} & {"NOR"}


def test_days_and_months_are_nobody() -> None:
    assert not [party for party in parties_of("It rained on Monday and in July.") if party.kind != "pronoun"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "POLICE " * 300,
        "“" * 50,
        "\x00\x01\ufffd",
        "1 | 2 | 3\n" * 40,
        "🙂 " * 90,
        "of of of of",
        "Mr.",
        "the North",
    ],
)
def test_odd_text_is_read_without_an_error(text: str) -> None:
    assert all(party.start <= party.head < party.end for party in parties_of(text, title=text[:80]))


NAMES = ["Kenya", "Anna", "Soler", "President", "Russian", "North", "Monday"]
OTHERS = [
    "police",
    "the",
    "and",
    "-",
    "troops",
    ",",
    "of",
    "in",
    "said",
    "“",
    "”",
    ".",
    "two",
    "killed",
    "group",
    "who",
    "he",
    "it",
]
WORDS = st.sampled_from([*NAMES, *OTHERS])


@settings(max_examples=25, deadline=None)
@given(st.lists(WORDS, max_size=25))
def test_parties_lie_inside_their_sentence_in_order_and_are_the_same_each_time(words: list[str]) -> None:
    text = " ".join(words)
    found = parties_of(text, publisher="KEN")
    assert found == parties_of(text, publisher="KEN")
    places = [(party.sentence, party.start) for party in found]
    assert places == sorted(places)
    assert all(0 <= party.start <= party.head < party.end for party in found)
