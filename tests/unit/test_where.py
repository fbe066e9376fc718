"""Where: the places of an article and which of them is an event's."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.coder.reading import Reading, read
from pipeline.coder.where import Location, choose_location, find_locations
from pipeline.places.gazetteer import candidates, locate
from pipeline.records import Document, PlaceName


def reading_of(text: str, title: str = "") -> Reading:
    return read(Document(document_id="t", title=title, text=text, published_on=date(2026, 11, 16)))


def places_of(text: str) -> list[Location]:
    return [found for each in find_locations(reading_of(text)) for found in each]


def placed(text: str, word: str, type_code: str | None = "ASSAULT") -> Location | None:
    reading = reading_of(text)
    tellings = [(s.number, token.i) for s in reading.sentences for token in s.doc if token.text == word]
    assert tellings
    return choose_location(reading, tellings, find_locations(reading), type_code)


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("Two soldiers died in Kandahar on Monday.", "Kandahar", "AFG"),
        ("Bandits raided a market in Zamfara state, Nigeria.", "Zamfara state", "NGA"),
        ("A court in Atlanta, Georgia, jailed the American.", "Atlanta", "USA"),
        ("Police in Tbilisi, Georgia, dispersed the crowd.", "Tbilisi", "GEO"),
        ("The Canadian police closed a bridge in London, Ontario.", "London", "CAN"),
        ("Shells hit northern Syria overnight.", "northern Syria", "SYR"),
    ],
)
def test_a_name_is_told_from_its_namesakes(text: str, name: str, country: str) -> None:
    found = places_of(text)[0]
    assert (found.text, found.country) == (name, country)


def test_a_known_place_comes_with_its_id_and_position() -> None:
    [found] = places_of("Two soldiers died in Kandahar.")
    assert found.geonames_id == candidates("Kandahar")[0].geonames_id is not None
    assert found.latitude == pytest.approx(31.6, abs=0.2) and found.precision == "place"


def test_an_unknown_village_is_a_place_by_what_stands_before_it() -> None:
    found = [place.text for place in places_of("Gunmen killed nine people in the village of Qorvazi in Somalia.")]
    assert found == ["Qorvazi", "Somalia"]


def test_months_and_people_are_no_places() -> None:
    assert places_of("Mr Jordan met the minister in August and in March.") == []


def test_the_place_of_the_verb_is_the_events() -> None:
    found = placed("Gunmen attacked a police station in Kandahar on Sunday, officials in Kabul said.", "attacked")
    assert found is not None and found.text == "Kandahar"


def test_where_a_missile_was_fired_from_is_not_where_it_struck() -> None:
    found = placed("Armenia fired a missile from the Vardenis area, Azerbaijan said.", "fired")
    assert found is None or "Vardenis" not in found.text


def test_without_a_place_there_is_none() -> None:
    assert placed("Gunmen attacked a police station on Sunday.", "attacked") is None


def test_a_geonames_id_decides_where_a_place_is() -> None:
    canadian = next(known for known in candidates("London") if known.country_code == "CAN")
    place = locate(PlaceName(text="London", country_code=None, geonames_id=canadian.geonames_id))
    assert (place.country_code, place.geonames_id) == ("CAN", canadian.geonames_id)


def test_states_and_provinces_are_known() -> None:
    assert candidates("Texas")[0].country_code == "USA"
    assert {known.kind for known in candidates("Aleppo")} == {"city", "region"}


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=120))
def test_any_text_is_read_without_harm(text: str) -> None:
    reading = reading_of(text, title=text)
    found = find_locations(reading)
    assert len(found) == len(reading.sentences)
    for each, sentence in zip(found, reading.sentences, strict=True):
        assert all(0 <= place.start < place.end <= len(sentence.doc) and place.text for place in each)
    tellings = [(s.number, 0) for s in reading.sentences if len(s.doc)]
    assert choose_location(reading, tellings, found) == choose_location(reading, tellings, found)
