"""Who is who: names known beforehand with country and role, on a date, found in the words of a text."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from pipeline.actors.entries import Entry, read_entries
from pipeline.actors.inflection import plurals
from pipeline.actors.spelling import JOINERS, PARTICLES, letters, required_capitals
from pipeline.errors import ConfigError

Phrase = tuple[str, ...]
WORDS_MAX = 16  #: tokens that a name may take


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody with the role of one period; *country* is alpha-3, IGO, UNO, IMG, NGO, or None where texts must tell."""

    name: str
    country: str | None
    role: str
    kind: str
    since: date | None = None
    until: date | None = None

    def days_from(self, on: date | None) -> int:
        """Return how many days *on* lies outside the period; 0 inside it, or without a date."""
        if on is None:
            return 0
        before = (self.since - on).days if self.since else 0
        after = (on - self.until).days if self.until else 0
        return max(before, after, 0)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a name may mean. A weak one counts only in its period and where the text speaks of its country."""

    actor: Actor
    spelling: str
    is_weak: bool


@dataclass(frozen=True, slots=True)
class Registry:
    """All known names, and the common nouns and titles that give a role."""

    readings: Mapping[str, tuple[Reading, ...]] = field(repr=False)  #: by the letters of the name in lower case
    nouns: Mapping[Phrase, str] = field(repr=False)  #: role by words in lower case, plurals too
    titles: Mapping[Phrase, str] = field(repr=False)
    keys: Sequence[str] = field(repr=False)  #: of the readings, sorted

    def find(
        self, words: Sequence[str], at: int, on: date | None = None, countries: Sequence[str] = ()
    ) -> tuple[int, Actor] | None:
        """Return the longest known name that begins at ``words[at]``: its length in words, and whose it is.

        *countries* are those that the text speaks of, the foremost first: they choose among those who share a name.
        Outside all its periods a name means what it meant on the nearest day.
        """
        for length, readings in self._matches(words, at):
            actor = _choose(readings, on, countries)
            if actor:
                return length, actor
        return None

    def find_all(self, name: str) -> tuple[Reading, ...]:
        """Return everything that *name* may mean, whatever the date."""
        words = name.split()
        return next((readings for length, readings in self._matches(words, 0) if length == len(words)), ())

    def actors(self) -> list[Actor]:
        """Return every actor once, by country and name."""
        once = dict.fromkeys(reading.actor for found in self.readings.values() for reading in found)
        return sorted(once, key=lambda actor: (actor.country or "", actor.name, actor.since or date.min))

    def _matches(self, words: Sequence[str], at: int) -> Iterator[tuple[int, tuple[Reading, ...]]]:
        """Yield what is spelt by the next words, the longest first."""
        found: list[tuple[int, tuple[Reading, ...]]] = []
        for length, text in _growing(words, at):
            key = text.lower()
            place = bisect_left(self.keys, key)
            if place == len(self.keys) or not self.keys[place].startswith(key):
                break
            if self.keys[place] == key:
                spelt = tuple(reading for reading in self.readings[key] if _has_capitals(text, reading.spelling))
                found.append((length, spelt))
        return reversed(found)


@lru_cache(maxsize=4)
def registry(extra: Path | None = None) -> Registry:
    """Return the packaged names with those of the file *extra*, which go before them.

    Raises ConfigError with every problem of the file, one line each.
    """
    packaged = [entry for path in packaged_files() for entry in load_entries(path)]
    return build(packaged, load_entries(extra) if extra else ())


_chosen: list[Path | None] = [None]


def use(extra: Path | None) -> None:
    """Let :func:`current` be the registry with the user's file *extra*; raise ConfigError where it cannot be read."""
    registry(extra)
    _chosen[0] = extra


def chosen() -> Path | None:
    """Return the user's file that is in use."""
    return _chosen[0]


def current() -> Registry:
    """Return the registry that names of texts are looked up in."""
    return registry(chosen())


def packaged_files() -> list[Path]:
    """Return the files of names that come with eventwire."""
    return sorted(Path(str(files(__package__))).glob("data/*.toml"))


def load_entries(path: Path) -> list[Entry]:
    """Return the entries of a file; raise ConfigError with every problem of it, one line each."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8; save the file in that encoding") from error
    entries, problems = read_entries(text)
    if problems:
        raise ConfigError("\n".join(f"{path}: {problem}" for problem in problems))
    return entries


def build(packaged: Iterable[Entry], extra: Iterable[Entry] = ()) -> Registry:
    """Return the registry of both; a name in *extra* loses what it means in *packaged*."""
    readings, nouns, titles = _index(packaged)
    own_readings, own_nouns, own_titles = _index(extra)
    readings |= own_readings
    return Registry(
        readings={key: tuple(found) for key, found in readings.items()},
        nouns=nouns | own_nouns,
        titles=titles | own_titles,
        keys=sorted(readings),
    )


def _index(entries: Iterable[Entry]) -> tuple[dict[str, list[Reading]], dict[Phrase, str], dict[Phrase, str]]:
    readings: dict[str, list[Reading]] = defaultdict(list)
    phrases: dict[str, dict[Phrase, str]] = {"noun": {}, "title": {}}
    for entry in entries:
        if entry.kind in phrases:
            role = entry.periods[0].role
            for name in entry.names:
                phrases[entry.kind] |= dict.fromkeys(plurals(name), role)
            continue
        for actor in _actors(entry):
            for name in entry.names:
                spelling = name.strip("()")
                readings[letters(spelling).lower()].append(Reading(actor, spelling, name.startswith("(")))
    return dict(readings), phrases["noun"], phrases["title"]


def _actors(entry: Entry) -> list[Actor]:
    name = entry.names[0].strip("()")
    return [Actor(name, entry.country, part.role, entry.kind, part.since, part.until) for part in entry.periods]


def _growing(words: Sequence[str], at: int) -> Iterator[tuple[int, str]]:
    """Yield the letters of ``words[at:]`` as far as they may be one name, each time with how many words they are."""
    first = words[at]
    if first[:1].islower() and first.partition("-")[0].lower() not in PARTICLES:
        return
    text = ""
    for length, word in enumerate(words[at : at + WORDS_MAX], 1):
        more = letters(word)
        if more:
            text += more
            yield length, text
        elif not text or word not in JOINERS:
            return


def _has_capitals(text: str, spelling: str) -> bool:
    return all(text[place].isupper() for place in required_capitals(spelling))


def _choose(readings: Iterable[Reading], on: date | None, countries: Sequence[str]) -> Actor | None:
    """Return whom a text of that day and about these countries means."""

    def rank(reading: Reading) -> tuple[int, int]:
        country = reading.actor.country
        nearness = countries.index(country) if country in countries else len(countries)
        return nearness, reading.actor.days_from(on)

    possible = [
        reading
        for reading in readings
        if not reading.is_weak or (reading.actor.country in countries and reading.actor.days_from(on) == 0)
    ]
    return min(possible, key=rank).actor if possible else None
