"""Which country a word means and where a place is."""

import math
from collections import defaultdict

import pytest

from pipeline.places.gazetteer import Known, cities, countries, country_code, locate, name_meaning, regions
from pipeline.records import PlaceName


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Georgia", "GEO"), ("Georgian", "GEO"), ("Georgians", "GEO"), ("Tbilisi", "GEO"), ("the Kremlin", "RUS"),
        ("Downing Street", "GBR"), ("U.S.", "USA"), ("KP", "PRK"), ("ARM", "ARM"), ("Côte d'Ivoire", "CIV"),
        ("Ivory Coast", "CIV"), ("Dutch", "NLD"), ("Turks", "TUR"), ("UNO", "UNO"), ("KOS", "XKX"), ("Swiss", "CHE"),
        ("Democratic Republic of Congo", "COD"), ("South Korean", "KOR"), ("Türkiye", "TUR"),
    ],
)  # fmt: skip
def test_names_demonyms_codes_and_metonyms_give_a_country(text: str, code: str) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize("text", ["", "us", "in", "Atlantis", "ZZZ", "the"])
def test_other_words_give_none(text: str) -> None:
    assert country_code(text) is None


def test_every_country_has_distinct_codes_and_a_place_on_the_map() -> None:
    known = countries()
    assert len(known) == 250 == len({country.alpha2 for country in known.values()})
    for code, country in known.items():
        assert country_code(code) == country_code(country.alpha2) == country_code(country.name) == code
        assert -90 <= country.latitude <= 90 and -180 <= country.longitude <= 180


def test_a_city_is_found_in_the_country_given() -> None:
    ganja = locate(PlaceName(text="Ganja", country_code="AZE"))
    assert (ganja.precision, ganja.country_code) == ("place", "AZE")
    assert ganja.latitude == pytest.approx(40.68, abs=0.1) and ganja.longitude == pytest.approx(46.36, abs=0.1)


def test_without_a_country_the_largest_of_a_name_is_meant() -> None:
    assert locate(PlaceName(text="London", country_code=None)).country_code == "GBR"
    assert locate(PlaceName(text="London", country_code="CAN")).country_code == "CAN"


@pytest.mark.parametrize(
    "text", ["Khan Younis", "Port-au-Prince", "Donetsk", "Stepanakert", "Mazar-i-Sharif", "Tskhinvali"]
)
def test_names_as_newswires_spell_them_are_known(text: str) -> None:
    assert locate(PlaceName(text=text, country_code=None)).precision == "place"


@pytest.mark.parametrize(
    ("text", "country", "latitude"),
    [
        ("Cologne", "DEU", 50.9), ("Seville", "ESP", 37.4), ("Mecca", "SAU", 21.4), ("Bombay", "IND", 19.1),
        ("Rangoon", "MMR", 16.8), ("Beit Hanoun", "PSE", 31.5), ("Falluja", "IRQ", 33.3), ("Kobani", "SYR", 36.9),
        ("Saint Petersburg", "RUS", 59.9), ("Bethlehem", "PSE", 31.7), ("Madaya", "SYR", 33.7),
        ("Dundalk", "IRL", 54.0), ("Mitrovica", "XKX", 42.9),
    ],
)  # fmt: skip
def test_the_english_name_of_a_town_wins_over_small_namesakes(text: str, country: str, latitude: float) -> None:
    found = locate(PlaceName(text=text, country_code=None))
    assert found.country_code == country and found.latitude == pytest.approx(latitude, abs=0.3)


@pytest.mark.parametrize(
    ("text", "country"),
    [("Jonglei", "SSD"), ("Antioquia", "COL"), ("Java", "IDN"), ("Michoacan", "MEX"), ("Khuzestan", "IRN"),
     ("Hokkaido", "JPN"), ("Flanders", "BEL"), ("Nabi Saleh", "PSE"), ("Sabah", "MYS")],
)  # fmt: skip
def test_regions_that_no_town_is_named_for_are_known(text: str, country: str) -> None:
    assert locate(PlaceName(text=text, country_code=None)).country_code == country


def test_every_region_kept_by_hand_lies_near_its_country() -> None:
    known, towns = list(regions()), defaultdict(list)
    for city in cities():
        towns[city.country_code].append(city)
    apart = [
        region.name for region in known if min(_kilometres(region, town) for town in towns[region.country_code]) > 400
    ]
    assert len(known) > 400 and apart == []


def _kilometres(one: Known, other: Known) -> float:
    wide = math.cos(math.radians(one.latitude)) * (one.longitude - other.longitude)
    return 111.2 * math.hypot(one.latitude - other.latitude, wide)


def test_a_description_is_located_by_the_name_inside_it() -> None:
    assert locate(PlaceName(text="a mosque near Kunduz", country_code="AFG")).admin1 == "Kunduz"


def test_an_unknown_place_falls_back_on_its_country_and_then_on_nothing() -> None:
    village = locate(PlaceName(text="Qxyz", country_code="FRA"))
    assert (village.precision, village.latitude) == ("country", countries()["FRA"].latitude)
    nowhere = locate(PlaceName(text="Qxyz", country_code=None))
    assert (nowhere.precision, nowhere.latitude, nowhere.country_code) == ("none", None, None)


def test_names_that_are_common_words_mean_no_place() -> None:
    assert name_meaning("South Sudan") == ("country", "SSD")
    assert name_meaning("Khan Younis") == ("city", "PSE")
    assert [name_meaning(word) for word in ("Police", "Army", "Bath", "Qxyz")] == [None] * 4
