"""What a user of the catalogue of sources can rely on."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline.errors import ConfigError
from pipeline.places import gazetteer
from pipeline.records import Feed, Source, make_id
from pipeline.sources import bundled, load_catalogue, write_toml

GOOD = """
[[source]]
id = "harbour-times"
name = "The Harbour Times"
country = "GB"
language = "en-gb"
time_zone = "Europe/London"
feeds = ["https://harbour.example/world.xml", "https://harbour.example/home.xml"]
terms = "https://harbour.example/terms"
articles_per_day = { min = 1, max = 6 }
"""

Load = Callable[[str], tuple[Source, ...]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalogue.toml"


@pytest.fixture
def load(path: Path) -> Load:
    def write_and_load(text: str) -> tuple[Source, ...]:
        path.write_text(text, encoding="utf-8")
        return load_catalogue(path)

    return write_and_load


@pytest.fixture
def complaints(load: Load, path: Path) -> Callable[[str], list[str]]:
    """The lines a user sees, without the file's name, which each of them has to begin with."""

    def lines(text: str) -> list[str]:
        with pytest.raises(ConfigError) as error:
            load(text)
        messages = str(error.value).splitlines()
        assert all(message.startswith(f"{path}: ") for message in messages)
        return [message.removeprefix(f"{path}: ") for message in messages]

    return lines


def test_an_entry_becomes_a_source_with_its_feeds(load: Load) -> None:
    urls = ("https://harbour.example/world.xml", "https://harbour.example/home.xml")
    expected = Source(
        source_id="harbour-times",
        name="The Harbour Times",
        country_code="GBR",
        language_code="en-GB",
        time_zone="Europe/London",
        feeds=tuple(Feed(feed_id=make_id("harbour-times", url), source_id="harbour-times", url=url) for url in urls),
        terms="https://harbour.example/terms",
        articles_min=1,
        articles_max=6,
    )

    assert load(GOOD) == (expected,)


def test_what_is_left_out_is_unknown(load: Load) -> None:
    (source,) = load('[[source]]\nid = "a"\nname = "A"\nfeeds = ["http://a.example/rss"]')

    assert (source.country_code, source.language_code, source.time_zone) == (None, "und", "UTC")
    assert (source.terms, source.articles_min, source.articles_max) == ("", None, None)


@pytest.mark.parametrize(("written", "stored"), [("FRA", "FRA"), ("FR", "FRA"), ("XK", "XKX"), ("UNO", "UNO")])
def test_a_country_is_stored_as_alpha_3(load: Load, written: str, stored: str) -> None:
    assert load(GOOD.replace('"GB"', f'"{written}"'))[0].country_code == stored


@pytest.mark.parametrize(
    ("written", "stored"),
    [("EN", "en"), ("zh-hant-hk", "zh-Hant-HK"), ("es-419", "es-419"), ("de-CH-1996", "de-CH-1996")],
)
def test_a_language_tag_is_stored_in_its_usual_case(load: Load, written: str, stored: str) -> None:
    assert load(GOOD.replace("en-gb", written))[0].language_code == stored


def test_a_byte_order_mark_is_no_problem(path: Path) -> None:
    path.write_text(GOOD, encoding="utf-8-sig")

    assert load_catalogue(path)[0].source_id == "harbour-times"


WRONG = {
    "a typo in a field's name": (
        'country = "GB"',
        'contry = "GB"',
        'contry: no such field; did you mean "country"?',
    ),
    "a field that resembles none": (
        'country = "GB"',
        "x9 = 1",
        "x9: no such field; known are id, name, country, language, time_zone, feeds, terms, articles_per_day",
    ),
    "a typo inside articles_per_day": (
        "max = 6",
        "maxx = 6",
        'articles_per_day.maxx: no such field; did you mean "max"?',
    ),
    "a wrong type": (
        'name = "The Harbour Times"',
        "name = 7",
        "name: found 7; expected the outlet's name, a text of one line",
    ),
    "no name": (
        'name = "The Harbour Times"\n',
        "",
        "name: found nothing; expected the outlet's name, a text of one line",
    ),
    "an empty name": (
        '"The Harbour Times"',
        '" "',
        'name: found " "; expected the outlet\'s name, a text of one line',
    ),
    "an unknown country": (
        '"GB"',
        '"GBX"',
        'country: found "GBX"; expected a country code of ISO 3166-1, such as "GBR" or "GB"',
    ),
    "a country code that is not ISO": (
        '"GB"',
        '"UK"',
        'country: found "UK" (did you mean "GBR"?); expected a country code of ISO 3166-1, such as "GBR" or "GB"',
    ),
    "a country's name": (
        '"GB"',
        '"France"',
        'country: found "France" (did you mean "FRA"?); expected a country code of ISO 3166-1, such as "GBR" or "GB"',
    ),
    "a language that is a word": (
        '"en-gb"',
        '"English"',
        'language: found "English"; expected a language tag of BCP 47, such as "en" or "en-GB"',
    ),
    "a language with an underscore": (
        '"en-gb"',
        '"en_GB"',
        'language: found "en_GB" (did you mean "en-GB"?); expected a language tag of BCP 47, such as "en" or "en-GB"',
    ),
    "a language of no region": (
        '"en-gb"',
        '"en-UK"',
        'language: found "en-UK"; expected a language tag of BCP 47, such as "en" or "en-GB"',
    ),
    "an unknown time zone": (
        '"Europe/London"',
        '"Europe/Londn"',
        'time_zone: found "Europe/Londn" (did you mean "Europe/London"?); '
        'expected the IANA name of a time zone, such as "Europe/London"',
    ),
    "min above max": (
        "min = 1, max = 6",
        "min = 7, max = 6",
        'articles_per_day: found {"min": 7, "max": 6} (min is above max); '
        "expected { min = 1, max = 6 }, whole numbers, min not above max",
    ),
    "a count below zero": (
        "min = 1",
        "min = -1",
        "articles_per_day.min: found -1; expected a whole number, 0 or more",
    ),
    "a count that is a truth value": (
        "min = 1",
        "min = true",
        "articles_per_day.min: found true; expected a whole number, 0 or more",
    ),
}


@pytest.mark.parametrize(("right", "wrong", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_field_is_named_with_what_was_found_and_expected(
    complaints: Callable[[str], list[str]], right: str, wrong: str, message: str
) -> None:
    assert complaints(GOOD.replace(right, wrong, 1)) == [f'source 1 "harbour-times": {message}']


FEEDS = "expected one or more addresses, https:// or http://, without user name or password"


@pytest.mark.parametrize(
    ("feeds", "found"),
    [
        ("[]", "found []"),
        ('"https://a.example/rss"', 'found "https://a.example/rss"'),
        (
            '["ftp://a.example/rss"]',
            'found "ftp://a.example/rss" (it does not start with https:// or http://)',
        ),
        ('["a.example/rss"]', 'found "a.example/rss" (it does not start with https:// or http://)'),
        (
            '["https://me:secret@a.example/"]',
            'found "https://…@a.example/" (it carries a user name or password)',
        ),
        (
            '["https://a.example/r ss"]',
            'found "https://a.example/r ss" (it has spaces or invisible characters)',
        ),
        ('["https:///rss"]', 'found "https:///rss" (it names no host)'),
        ('["https://[a/"]', 'found "https://[a/" (it is not an address: Invalid IPv6 URL)'),
    ],
)
def test_a_feed_that_cannot_be_polled_is_refused_with_the_reason(
    complaints: Callable[[str], list[str]], feeds: str, found: str
) -> None:
    text = f'[[source]]\nid = "a"\nname = "A"\nfeeds = {feeds}'

    assert complaints(text) == [f'source 1 "a": feeds: {found}; {FEEDS}']


def test_a_second_source_of_one_id_is_refused(complaints: Callable[[str], list[str]]) -> None:
    again = GOOD.replace("harbour.example", "pier.example")

    assert complaints(GOOD + again) == [
        'source 2 "harbour-times": id: found "harbour-times" again, after source 1 "harbour-times"; expected it once'
    ]


def test_one_feed_in_two_sources_is_refused_in_whatever_case_its_host_is_written(
    complaints: Callable[[str], list[str]],
) -> None:
    other = '[[source]]\nid = "b"\nname = "B"\nfeeds = ["HTTPS://Harbour.Example/home.xml"]'

    assert complaints(GOOD + other) == [
        'source 2 "b": feeds: found "https://harbour.example/home.xml" again, '
        'after source 1 "harbour-times"; expected it once'
    ]


def test_all_problems_are_told_at_once(complaints: Callable[[str], list[str]]) -> None:
    text = GOOD.replace('"GB"', '"XX"').replace("name =", "nam =") + '[[source]]\nid = "No Good"\n'

    places = [line.split(";")[0].rpartition(": found")[0] or line for line in complaints(text)]

    assert places == [
        'source 1 "harbour-times": name',
        'source 1 "harbour-times": country',
        'source 1 "harbour-times": nam: no such field; did you mean "name"?',
        'source 2 "No Good": id',
        'source 2 "No Good": name',
        'source 2 "No Good": feeds',
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "found no source; expected one or more [[source]] tables"),
        ("source = []", "found no source; expected one or more [[source]] tables"),
        ('[[sources]]\nid = "a"', 'sources: no such table; did you mean "source"?'),
        ('[source]\nid = "a"', 'source: found {"id": "a"}; expected [[source]], in double brackets'),
        ("source = [1]", "source 1 (no id): found 1; expected a table of fields"),
        (
            '[[source]]\nid = "a\n',
            "not valid TOML: Illegal character '\\n' (at line 2, column 8)",
        ),
    ],
)
def test_a_file_that_is_no_catalogue_is_refused(
    complaints: Callable[[str], list[str]], text: str, message: str
) -> None:
    assert complaints(text) == [message]


def test_a_source_without_id_is_named_by_its_number(complaints: Callable[[str], list[str]]) -> None:
    (line,) = complaints(GOOD + '[[source]]\nname = "B"\nfeeds = ["https://b.example/"]')

    assert line.startswith("source 2 (no id): id: found nothing; expected small letters")


def test_a_missing_file_is_named(path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load_catalogue(path)

    assert str(error.value) == f"{path}: No such file or directory; name a file that can be read"


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(path: Path) -> None:
    path.write_bytes(GOOD.replace("The Harbour", "Das Hafengerücht").encode("latin-1"))

    with pytest.raises(ConfigError) as error:
        load_catalogue(path)

    assert str(error.value) == f"{path}: line 4: not UTF-8; save the file in that encoding"


def test_an_unknown_bundled_catalogue_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ConfigError) as error:
        bundled("wrld")

    assert str(error.value) == 'catalogue "wrld": no such bundled catalogue; did you mean "world"?'


# ── bundled catalogues ───────────────────────────────────────────────────────────────────────

BUNDLED = sorted(path.stem for path in bundled("world").parent.glob("*.toml"))
WORLD = load_catalogue(bundled("world"))
CONTINENTS = {
    "Africa": "EGY ETH KEN MAR MOZ NGA SDN SOM SSD ZAF ZMB",
    "Asia": "CHN IDN IND IRN ISR JPN KAZ KOR MMR PAK PSE SAU SYR",
    "Europe": "BLR DEU FRA GBR POL RUS SRB UKR XKX",
    "North America": "CAN CRI CUB DOM HTI JAM MEX PAN USA",
    "Oceania": "AUS FJI NZL PNG SLB TON",
    "South America": "ARG BRA COL GUY URY VEN",
}


@pytest.mark.parametrize("name", BUNDLED)
def test_every_bundled_catalogue_loads(name: str) -> None:
    assert load_catalogue(bundled(name))


def test_the_world_is_wide() -> None:
    assert len(WORLD) >= 75


@pytest.mark.parametrize("continent", CONTINENTS)
def test_the_world_has_sources_of_many_countries_of_every_inhabited_continent(continent: str) -> None:
    missing = set(CONTINENTS[continent].split()) - {source.country_code for source in WORLD}

    assert missing == set()


@pytest.mark.parametrize(
    "sides",
    [
        {"tass", "ukrinform"},
        {"times-of-israel", "palestine-chronicle", "irna", "al-mayadeen-english"},
        {"azertac", "news-am"},
        {"app-pakistan", "the-hindu", "bakhtar", "amu-tv"},
        {"global-new-light-of-myanmar", "the-irrawaddy"},
        {"xinhua", "focus-taiwan"},
        {"prensa-latina", "havana-times"},
        {"venezuelanalysis", "caracas-chronicles", "stabroek-news"},
        {"sana", "north-press", "anadolu"},
        {"shabait", "addis-standard"},
        {"libya-herald", "libya-review"},
    ],
    ids=lambda sides: "-and-".join(sorted(sides)),
)
def test_the_world_hears_every_side_of_a_conflict(sides: set[str]) -> None:
    assert sides - {source.source_id for source in WORLD} == set()


def test_every_source_of_the_world_says_all_that_a_catalogue_can_say() -> None:
    incomplete = [
        source.source_id
        for source in WORLD
        if source.country_code is None
        or not source.language_code.startswith("en")
        or not source.terms
        or source.articles_min is None
        or source.articles_max is None
        or any(".example" in feed.url for feed in source.feeds)
    ]

    assert incomplete == []


# ── writing ──────────────────────────────────────────────────────────────────────────────────

texts = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=40).map(str.strip)
hosts = st.from_regex(r"[a-z]{1,8}(\.[a-z]{2,5}){1,2}", fullmatch=True)
paths = st.from_regex(r"(/[A-Za-z0-9._~é?=&#\"\\'-]{0,8}){0,3}", fullmatch=True)
urls = st.builds("{}://{}{}".format, st.sampled_from(["http", "https"]), hosts, paths)
counts = st.none() | st.integers(0, 9999)


@st.composite
def catalogues(draw: st.DrawFn) -> list[Source]:
    ids = draw(st.lists(st.from_regex(r"[a-z0-9-]{1,12}", fullmatch=True), min_size=1, max_size=5, unique=True))
    feeds = draw(st.lists(urls, min_size=len(ids), max_size=len(ids) + 4, unique=True))
    shares = [feeds[number :: len(ids)] for number in range(len(ids))]
    return [draw(sources(source_id, share)) for source_id, share in zip(ids, shares, strict=True)]


@st.composite
def sources(draw: st.DrawFn, source_id: str, addresses: list[str]) -> Source:
    low, high = draw(st.tuples(counts, counts))
    if low is not None and high is not None:
        low, high = min(low, high), max(low, high)
    return Source(
        source_id=source_id,
        name=draw(texts.filter(bool)),
        country_code=draw(st.none() | st.sampled_from(sorted(gazetteer.countries()))),
        language_code=draw(st.sampled_from(["und", "en", "en-GB", "zh-Hant-TW", "es-419", "sr-Latn-RS"])),
        time_zone=draw(st.sampled_from(["UTC", "Europe/London", "America/Argentina/Buenos_Aires"])),
        feeds=tuple(Feed(feed_id=make_id(source_id, url), source_id=source_id, url=url) for url in addresses),
        terms=draw(texts),
        articles_min=low,
        articles_max=high,
    )


@given(catalogues())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_sources_come_back_from_the_catalogue_they_are_written_to(path: Path, declared: list[Source]) -> None:
    path.write_text(write_toml(declared), encoding="utf-8")

    assert set(load_catalogue(path)) == set(declared)


def test_equal_sources_make_equal_text_in_any_order() -> None:
    assert write_toml(reversed(WORLD)) == write_toml(WORLD)


@given(st.text())
@example("[[source]]\nid = 1979-05-27\nfeeds = [nan, inf, 07:32:00]")
@example("[[source]]\nfeeds = [[[]]]\narticles_per_day = 1\nid = {}")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_raises_anything_but_a_configuration_error(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "surrogatepass"))

    with pytest.raises(ConfigError):
        load_catalogue(path)
