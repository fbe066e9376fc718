"""Who is known by name: the packaged data, the look-up in a text, and a user's own file."""

import subprocess
import sys
from collections import defaultdict
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.actors import Reading, current, registry, use
from pipeline.actors.entries import ROLES, read_entries
from pipeline.actors.listing import listed, meanings
from pipeline.actors.registry import load_entries, packaged_files
from pipeline.errors import ConfigError

MEASURE = """
import resource, time
from pipeline.places.gazetteer import countries
countries()
memory, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
from pipeline.actors import registry
assert registry() is registry()
print(time.process_time() - start, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024)
"""


def found(text: str, on: date | None = None, *countries: str) -> tuple[int, str, str | None, str] | None:
    match = registry().find(text.split(), 0, on, countries)
    return (match[0], match[1].name, match[1].country, match[1].role) if match else None


def role(text: str, on: date) -> str:
    match = found(text, on)
    assert match
    return match[3]


def own_file(folder: Path, text: str) -> Path:
    file = folder / "own.toml"
    file.write_text(text, encoding="utf-8")
    return file


# ── the packaged data ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("file", packaged_files(), ids=lambda file: file.stem)
def test_every_packaged_file_is_valid(file: Path) -> None:
    assert load_entries(file)


@pytest.mark.parametrize("file", packaged_files(), ids=lambda file: file.stem)
def test_sections_are_sorted_by_country_and_names_by_letter(file: Path) -> None:
    entries = [entry for entry in load_entries(file) if entry.kind not in {"noun", "title"}]
    order = [(entry.country or "", entry.kind, entry.names[0].strip("(").casefold()) for entry in entries]

    assert order == sorted(order)


def overlap(one: Reading, other: Reading) -> bool:
    first, second = one.actor, other.actor
    return (first.since or date.min) <= (second.until or date.max) and (second.since or date.min) <= (
        first.until or date.max
    )


def test_no_name_means_two_things_on_one_day() -> None:
    contradictions = [
        (key, one.actor, other.actor)
        for key, readings in registry().readings.items()
        for one, other in combinations([reading for reading in readings if not reading.is_weak], 2)
        if overlap(one, other)
    ]

    assert contradictions == []


def test_no_noun_has_two_roles() -> None:
    roles = defaultdict(set)
    for file in packaged_files():
        for entry in load_entries(file):
            if entry.kind == "noun":
                for name in entry.names:
                    roles[name].add(entry.periods[0].role)

    assert len(roles) >= 600
    assert {name for name, given in roles.items() if len(given) > 1} == set()


def test_thousands_of_names_of_most_countries_are_known() -> None:
    known = registry().actors()

    assert len({actor.name for actor in known}) >= 3500
    assert len({actor.country for actor in known}) >= 180


# ── finding a name ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Islamic State group said", (3, "Islamic State", "IMG", "REB")),
        ("Islamic State Khorasan said", (3, "Islamic State Khorasan", "IMG", "REB")),
        ("UN Security Council members", (3, "UN Security Council", "UNO", "IGO")),
        ("UN staff", (1, "United Nations", "UNO", "IGO")),
    ],
)
def test_the_longest_known_name_is_found(text: str, expected: tuple[int, str, str, str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text", ["al-Shabaab", "al - Shabaab", "Al Shabab", "al-Shabāb", "al Shabaab", "Al - Shebab", "Shabaab"]
)
def test_hyphens_marks_and_the_article_of_a_name_may_differ(text: str) -> None:
    match = found(text)

    assert match
    assert match[1:] == ("al-Shabaab", "SOM", "REB")


def test_a_name_is_found_with_and_without_its_marks() -> None:
    assert found("Erdoğan") == found("Erdogan")
    assert found("Nicolás Maduro") == found("Nicolas Maduro")


def test_lower_case_text_never_is_a_name() -> None:
    spellings = [reading.spelling for readings in registry().readings.values() for reading in readings]

    assert [spelling for spelling in spellings if found(spelling.lower())] == []


def test_a_role_is_that_of_the_day() -> None:
    assert role("Taliban", date(1999, 5, 1)) == "GOV"
    assert role("Taliban", date(2010, 5, 1)) == "REB"
    assert role("Taliban", date(2021, 8, 15)) == "GOV"
    assert role("Nelson Mandela", date(1993, 1, 1)) == "OPP"
    assert role("Nelson Mandela", date(1995, 1, 1)) == "GOV"


def test_outside_all_its_periods_a_name_means_what_it_meant_on_the_nearest_day() -> None:
    assert role("Mubarak", date(1970, 1, 1)) == role("Mubarak", date(2015, 1, 1)) == "GOV"


def test_a_weak_name_needs_a_text_about_its_country() -> None:
    assert found("Congress", None) == (1, "Congress", "USA", "LEG")
    assert found("Congress", date(2010, 1, 1), "IND") == (1, "Congress", "IND", "PTY")
    assert found("Diet") is None
    assert found("Diet", None, "JPN") == (1, "Diet", "JPN", "LEG")


def test_those_who_share_a_name_are_told_apart_by_the_day() -> None:
    assert found("Kabila", date(1998, 1, 1)) is not None
    assert role("Bush", date(2003, 1, 1)) == "GOV"


@given(st.lists(st.text(max_size=12), min_size=1, max_size=20), st.dates())
def test_any_words_are_looked_up_without_harm(words: list[str], on: date) -> None:
    for at in range(len(words)):
        match = registry().find(words, at, on)
        assert match is None or (1 <= match[0] <= len(words) - at and match[1].role in ROLES)


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [("gunmen", "UAF"), ("villagers", "CVL"), ("lawmakers", "LEG"), ("insurgents", "REB"), ("prosecutors", "COP"),
     ("aid workers", "NGO"), ("members of parliament", "LEG"), ("defence ministry", "MIL"), ("migrants", "REF")],
)  # fmt: skip
def test_nouns_give_a_role_in_the_plural_too(phrase: str, expected: str) -> None:
    assert registry().nouns[tuple(phrase.split())] == expected


# ── a user's own file ────────────────────────────────────────────────────────────────────────


def test_the_own_file_wins(tmp_path: Path) -> None:
    file = own_file(
        tmp_path, '[group.KEN]\n"Taliban | Lake Rangers" = "CRM 2020.."\n[noun]\n"gunman | ghoul" = "CRM"\n'
    )
    known = registry(file)

    for name in ("Taliban", "Lake Rangers"):
        match = known.find(name.split(), 0, date(2021, 1, 1))
        assert match
        assert (match[1].country, match[1].role) == ("KEN", "CRM")
    assert known.nouns["gunmen",] == known.nouns["ghouls",] == "CRM"
    assert role("Taliban", date(2010, 1, 1)) == "REB"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('"Red Hill Party" = "XYZ"', "role 'XYZ' is not known"),
        ('"Red Hill Party = "PTY"', "expected"),
        ('"red hill" = "PTY"', "needs a capital"),
        ('"Red Hill | " = "PTY"', "a name is empty"),
        ('"Red Hill" = "GOV 2010-13.."', "'2010-13' is not a date"),
        ('"Red Hill" = "GOV 2010..2009"', "ends before it begins"),
        ('"Red Hill" = "GOV 2010..2012, OPP 2011.."', "must begin after the end"),
        ("[party.ZZZ]", "country 'ZZZ' is neither"),
        ("[tribe.KEN]", "kind 'tribe' is not known"),
    ],
)
def test_every_problem_is_named_with_its_line(line: str, problem: str) -> None:
    entries, problems = read_entries(f'[party.KEN]\n\n"Blue Hill Party" = "PTY"\n{line}\n')

    assert len(entries) == 1
    assert len(problems) == 1
    assert problems[0].startswith("line 4: ")
    assert problem in problems[0]


def test_a_file_with_problems_names_all_of_them(tmp_path: Path) -> None:
    file = own_file(tmp_path, '"Red Hill" = "PTY"\n[party.KEN]\n"x" = "PTY"\n')

    with pytest.raises(ConfigError) as error:
        registry(file)
    assert [
        f"{file}: line {number}" in line for number, line in zip((1, 3), str(error.value).splitlines(), strict=True)
    ]


def test_a_file_that_is_missing_or_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "image.toml").write_bytes(b"\xff\xfe\x00")

    for name in ("none.toml", "image.toml"):
        with pytest.raises(ConfigError, match=name):
            load_entries(tmp_path / name)


# ── showing ──────────────────────────────────────────────────────────────────────────────────


def test_a_name_is_shown_with_every_period_or_the_one_of_a_day() -> None:
    assert [row["role"] for row in meanings(registry(), "Taliban")] == ["REB", "GOV", "REB", "GOV"]
    assert [row["role"] for row in meanings(registry(), "Taliban", date(2010, 1, 1))] == ["REB"]
    assert [row["kind"] for row in meanings(registry(), "gunmen")] == ["noun"]
    assert meanings(registry(), "Nobody Whatsoever") == []


def test_a_listing_keeps_to_what_is_asked() -> None:
    rows = listed(registry(), country="SOM", role="REB", kind="group")

    assert "al-Shabaab" in [row["name"] for row in rows]
    assert {(row["country"], row["role"], row["kind"]) for row in rows} == {("SOM", "REB", "group")}
    with pytest.raises(ConfigError, match="--country 'ZZZ'"):
        listed(registry(), country="ZZZ", role=None, kind=None)


def test_the_registry_is_built_once_and_cheaply() -> None:
    answer = subprocess.run([sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True)
    seconds, megabytes = map(float, answer.stdout.split())

    assert seconds < 0.3
    assert megabytes < 30


def test_the_command_uses_the_own_file_and_refuses_a_wrong_one(tmp_path: Path) -> None:
    def eventwire(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        command = [Path(sys.executable).with_name("eventwire"), "actors", *arguments]
        return subprocess.run(command, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"} | environ)

    good = own_file(tmp_path, '[group.KEN]\n"Lake Rangers | Rangers of the Lake" = "CRM 2020.."\n')
    shown = eventwire("find", "Lake Rangers", "--on", "2021-01-01", "--json", EVENTWIRE_ACTORS=str(good))
    assert '"country":"KEN","role":"CRM"' in shown.stdout.replace(" ", "")
    assert "2 names in 1 entries" in eventwire("check", str(good)).stdout

    wrong = own_file(tmp_path, '[group.KEN]\n"Lake Rangers" = "XYZ"\n')
    refused = eventwire("check", str(wrong))
    assert refused.returncode == 2
    assert "line 2: role 'XYZ' is not known" in refused.stderr


def test_the_coder_looks_names_up_in_the_users_file(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[group.FRA]\n"Blue Heron Column" = "REB"\n', encoding="utf-8")
    words = ["Blue", "Heron", "Column"]
    assert current().find(words, 0) is None
    use(own)
    try:
        found = current().find(words, 0)
    finally:
        use(None)
    assert found is not None and (found[0], found[1].country, found[1].role) == (3, "FRA", "REB")
