"""Which place each name of an article means.

A name of several places means the one that the larger place named with it, the article's countries and its size speak
for; a small town of a country that the article does not name is taken for somebody's name.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from spacy.tokens import Doc

from pipeline.coder.reading import Reading, Sentence
from pipeline.coder.where_names import PlaceWords, find_place_words
from pipeline.places.gazetteer import Known, candidates, countries, country_code, country_names
from pipeline.places.names import fold

Precision = Literal["site", "place", "region", "country", "none"]
TOWN_MIN = 100_000  #: people; a smaller namesake needs its country in the article


@dataclass(frozen=True, slots=True)
class Location:
    """Tokens [start, end) of a sentence that name a place, with what is known of it.

    *precision* says what the position is of: the place itself ("place"), a larger place around it ("site"), a
    "region", a "country", or nothing ("none").
    """

    sentence: int
    start: int
    end: int
    text: str
    country: str | None
    admin1: str | None
    geonames_id: int | None
    latitude: float | None
    longitude: float | None
    precision: Precision


def find_locations(reading: Reading) -> tuple[tuple[Location, ...], ...]:
    """Return the places that each sentence names, in order."""
    found = [tuple(find_place_words(sentence.doc)) for sentence in reading.sentences]
    named = _named_countries(reading)
    return tuple(
        tuple(_located(sentence, words, named)) for sentence, words in zip(reading.sentences, found, strict=True)
    )


def _named_countries(reading: Reading) -> Mapping[str, float]:
    """How much of the article is about each country, from 0 to 1, by its names and demonyms."""
    counts: Counter[str] = Counter()
    names = country_names()
    for sentence in reading.sentences:
        words = [token.text for token in sentence.doc]
        for at, word in enumerate(words):
            if word[:1].isupper():
                for size in (3, 2, 1):
                    code = names.get(fold(" ".join(words[at : at + size])))
                    if code and (len(word) > 3 or word.isupper()):
                        counts[code[0]] += 1
                        break
    place = reading.dateline.place if reading.dateline else None
    for part in (place or "").replace("/", ",").split(","):
        for known in _meant(part.strip(), counts)[:1]:
            counts[known.country_code] += 3
    if reading.document.source_country_code:
        counts[reading.document.source_country_code] += 1
    most = max(counts.values(), default=1)
    return {code: count / most for code, count in counts.items()}


def _meant(name: str, named: Mapping[str, float]) -> list[Known]:
    """The known places of a name, the likeliest first."""
    return sorted(candidates(name), key=lambda known: -_likelihood(known, named))


def _likelihood(known: Known, named: Mapping[str, float]) -> float:
    people = known.population if known.kind == "city" else known.population / 10 + 100_000
    return math.log10(people + 1000) + 3 * (named.get(known.country_code, 0.0) > 0) + named.get(known.country_code, 0.0)


def _located(sentence: Sentence, found: Sequence[PlaceWords], named: Mapping[str, float]) -> Iterable[Location]:
    doc = sentence.doc
    for at, words in enumerate(found):
        inside = _container(doc, words, found[at + 1 : at + 3])
        location = _location(sentence.number, doc, words, inside, named)
        if location is not None:
            yield location


def _container(doc: Doc, words: PlaceWords, following: Sequence[PlaceWords]) -> str | None:
    """The name of the larger place that follows after a comma, or after "in" or "of"."""
    for larger in following:
        between = doc[words.end : larger.start].text.lower().strip()
        if between in (",", "in", "of", "of the", "in the", ", in", ", the capital of") or between.startswith(
            ("in ", ", in ")
        ):
            return doc[larger.name_start : larger.name_end].text
    return None


def _location(
    sentence: int, doc: Doc, words: PlaceWords, inside: str | None, named: Mapping[str, float]
) -> Location | None:
    name, text = doc[words.name_start : words.name_end].text, doc[words.start : words.end].text
    country = country_names().get(fold(name))
    known = _within(_meant(name, named), inside)
    if _is_mission(doc, words) and country:
        return None if inside is None else _unknown(sentence, words, text, inside, named)
    if country and country[1] == "name" and not _is_region_rather(known, inside, named, country[0]):
        return _country(sentence, words, text, country[0])
    if known and not _is_doubtful(doc, words, known[0], inside, named):
        return _place(sentence, words, text, known[0])
    if words.is_known and not words.is_site:
        return None
    return _unknown(sentence, words, text, inside, named)


def _is_mission(doc: Doc, words: PlaceWords) -> bool:
    """An embassy stands in the country that it is not named for."""
    return any(
        doc[at].lower_ in ("embassy", "embassies", "consulate", "mission") for at in range(words.name_end, words.end)
    )


def _within(known: list[Known], inside: str | None) -> list[Known]:
    """Those that lie in the larger place named with them, if any do."""
    if inside is None:
        return known
    code = country_code(inside)
    divisions = {(k.country_code, k.admin1) for k in candidates(inside)}
    lying = [k for k in known if k.country_code == code or (k.country_code, k.admin1) in divisions]
    return lying or known


def _is_region_rather(known: Sequence[Known], inside: str | None, named: Mapping[str, float], country: str) -> bool:
    """A state that shares its name with a country: "Atlanta, Georgia"."""
    if not known or known[0].kind != "region" or known[0].country_code == country:
        return False
    return named.get(known[0].country_code, 0.0) > 2 * named.get(country, 0.0)


def _is_doubtful(doc: Doc, words: PlaceWords, known: Known, inside: str | None, named: Mapping[str, float]) -> bool:
    """A small town of a country that the article does not name is more likely somebody's name."""
    if known.kind == "region" or inside is not None or known.country_code in named:
        return False
    return known.population < TOWN_MIN


def _country(sentence: int, words: PlaceWords, text: str, code: str) -> Location:
    country = countries()[code]
    precision: Precision = "site" if words.is_site else "country"
    return Location(
        sentence, words.start, words.end, text, code, None, None, country.latitude, country.longitude, precision
    )


def _place(sentence: int, words: PlaceWords, text: str, known: Known) -> Location:
    precision: Precision = "site" if words.is_site else "region" if known.kind == "region" else "place"
    return Location(
        sentence, words.start, words.end, text, known.country_code, known.admin1, known.geonames_id,
        known.latitude, known.longitude, precision,
    )  # fmt: skip


def _unknown(sentence: int, words: PlaceWords, text: str, inside: str | None, named: Mapping[str, float]) -> Location:
    """A place that the gazetteer lacks lies where the larger place does, else in the article's main country."""
    around = _meant(inside, named)[:1] if inside else []
    if around:
        known = around[0]
        return Location(
            sentence, words.start, words.end, text, known.country_code, known.admin1, known.geonames_id,
            known.latitude, known.longitude, "site",
        )  # fmt: skip
    code = (country_code(inside) if inside else None) or max(named, key=lambda c: (named[c], c), default=None)
    return Location(
        sentence, words.start, words.end, text, code if code in countries() else None, None, None, None, None, "none"
    )


def dateline_location(reading: Reading, named: Mapping[str, float]) -> Location | None:
    """Return the place that the report is from, as of sentence 1 with no tokens: start and end are 0.

    *named* is how much the article is about each country, from 0 to 1.
    """
    place = reading.dateline.place if reading.dateline else None
    parts = [part.strip() for part in (place or "").split(",")]
    if not parts[0]:
        return None
    sentence = min(1, len(reading.sentences) - 1)
    words, inside = PlaceWords(0, 0, 0, 0, True, False, False), parts[1] if len(parts) > 1 else None
    text = parts[0].title() if parts[0].isupper() else parts[0]
    known = _within(_meant(text, named), inside)
    code = country_code(text)
    if known:
        return _place(sentence, words, text, known[0])
    return _country(sentence, words, text, code) if code and code in countries() else None
