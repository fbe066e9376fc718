"""Find the parties that a sentence names: countries, bodies, role nouns, persons."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pipeline.events.cast import cast
from pipeline.language.words import Word
from pipeline.places.gazetteer import country_names, name_meaning
from pipeline.places.names import fold
from pipeline.records import Entity

PartyKind = Literal["named", "role", "country", "people", "modifier", "place", "person", "pronoun"]
Element = tuple[str, int, str | None, str | None]  #: kind, words, country, role

#: Roles whose bearers, named without a country, belong to the country that the article is about.
_AT_HOME = frozenset(
    [
        "GOV", "MIL", "COP", "JUD", "LEG", "SPY", "CVL", "OPP", "PTY", "EDU", "LAB", "MED", "JRN",
        "SOC", "REL", "PRM",
    ]
)  # fmt: skip
#: Roles of which a text names one at a time, so that "the army" is the one named last.
_OFFICES = frozenset(["GOV", "MIL", "JUD", "LEG", "SPY", "COP"])
_LINKS = frozenset(["of", "in", "from"])
_ARTICLES = frozenset(["the", "a", "an", "some", "several", "many", "two", "three", "four", "five", "its", "his"])
_ADJECTIVES = frozenset(
    [
        "senior", "top", "local", "former", "armed", "riot", "pro-government", "anti-government",
        "masked", "young", "old", "elderly", "unarmed", "innocent", "federal", "state", "central",
        "national", "military", "foreign", "regional", "border", "government", "opposition",
        "rebel", "special", "elite", "chief", "acting", "deputy", "political", "religious", "human",
        "rights", "suspected", "alleged", "new", "other", "northern", "southern", "eastern",
        "western", "army", "police", "nuclear", "security", "defence", "defense", "interior",
        "health", "teenage", "female", "male", "unidentified", "unknown", "islamist", "islamic",
        "communist", "pro-democracy", "ethnic", "presidential", "parliamentary", "supreme",
        "international", "anti-terrorism", "far-right",
    ]
)  # fmt: skip
_AFTER_DEMONYM = frozenset(
    ["was", "were", "is", "and", "or", "in", "who", "from", "has", "had", "to", "at", "by", "on", "of"]
)
_PERSON_PRONOUNS = frozenset(["he", "she"])
_NOT_NAMES = frozenset(
    [
        "the", "a", "an", "i", "he", "she", "it", "they", "we", "you", "in", "on", "at", "but",
        "and", "however", "his", "her", "its", "their", "this", "that", "these", "those", "there",
        "when", "while", "as", "after", "before", "if", "since", "for", "from", "with", "by", "to",
        "of", "or", "so", "no", "not", "all", "also", "according", "meanwhile", "earlier", "later",
        "some", "most", "many", "more", "both", "one", "two", "three", "four", "five", "what",
        "who", "where", "why", "how", "yesterday", "today", "tomorrow", "monday", "tuesday",
        "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february", "march",
        "april", "may", "june", "july", "august", "september", "october", "november", "december",
        "photo", "image", "during", "despite", "under", "over", "about", "among", "although",
        "because", "despite", "our", "my", "your", "then",
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Party:
    """Words [first, last) of a sentence that name somebody."""

    first: int
    last: int
    kind: PartyKind
    entity: Entity
    is_possessive: bool = False


@dataclass(slots=True)
class Memory:
    """What earlier sentences taught: persons by surname, the last one named, the country it is about."""

    home: str | None = None
    persons: dict[str, Entity] = field(default_factory=dict)
    last_person: Entity | None = None
    roles: dict[str, str] = field(default_factory=dict)  #: country of the last bearer by head noun: "ministry"


def find_parties(sentence: str, words: Sequence[Word], memory: Memory) -> tuple[Party, ...]:
    """Return the parties in order, without overlap; *memory* is read and updated."""
    found = [_with_home(party, memory) for party in _scan(sentence, words, memory)]
    return tuple(_with_appositions(found, words, memory))


def countries_named(words: Sequence[Word]) -> Iterator[str]:
    """Yield the country of each name, demonym or place among *words*."""
    at = 0
    while at < len(words):
        named = _named(words, at) if words[at].is_capital else None
        if named is not None and named[2]:
            yield named[2]
        at += named[1] if named is not None else 1


def _scan(sentence: str, words: Sequence[Word], memory: Memory) -> Iterator[Party]:
    at = 0
    while at < len(words):
        if words[at].lower in _PERSON_PRONOUNS and memory.last_person is not None:
            yield Party(at, at + 1, "pronoun", memory.last_person)
            at += 1
            continue
        elements = list(_chunk(words, at, memory))
        if elements:
            party = _party(sentence, words, at, elements, memory)
            if party is not None:
                if party.kind == "person":
                    memory.last_person = party.entity
                yield party
                at = party.last - sum(element[1] for element in elements)
            at += sum(element[1] for element in elements)
        else:
            at += 1


def _chunk(words: Sequence[Word], at: int, memory: Memory) -> Iterator[Element]:
    """Elements of one noun phrase from words[at] on: modifiers, names, role nouns."""
    start = at
    seen_role = False
    while at < len(words):
        element = _element(words, at, memory, is_start=at == start)
        if element is None or (seen_role and element[0] in ("country", "people", "place", "body")):
            return
        if element[0] == "adjective" and not _leads_to_role(words, at, memory):
            return
        seen_role = seen_role or element[0] == "role"
        yield element
        at += element[1]
        if element[0] in ("body", "known"):
            nxt = _element(words, at, memory, is_start=False) if at < len(words) else None
            if nxt is None or nxt[0] != "role":
                return


def _leads_to_role(words: Sequence[Word], at: int, memory: Memory) -> bool:
    for ahead in range(at + 1, min(at + 4, len(words))):
        element = _element(words, ahead, memory, is_start=False)
        if element is None:
            return False
        if element[0] != "adjective":
            return element[0] in ("role", "country")
    return False


def _element(words: Sequence[Word], at: int, memory: Memory, *, is_start: bool) -> Element | None:
    word = words[at]
    if not word.text[0].isalpha():
        return None
    named = _named(words, at) if word.is_capital or word.lower.startswith(("al-", "bin")) else None
    if named is not None:
        return named
    role = _role(words, at)
    if role is not None:
        return role
    if word.lower in _ADJECTIVES:
        return "adjective", 1, None, None
    if word.is_capital and word.lower not in _NOT_NAMES and (not is_start or at > 0 or _runs_on(words, at)):
        return "capital", 1, None, None
    if word.is_capital and word.text in memory.persons:
        return "capital", 1, None, None
    return None


def _runs_on(words: Sequence[Word], at: int) -> bool:
    """A capital at the start of a sentence is a name if another capital follows."""
    return at + 1 < len(words) and words[at + 1].is_capital and words[at + 1].lower not in _NOT_NAMES


def _named(words: Sequence[Word], at: int) -> Element | None:
    """Bodies, persons, countries and places, the longest first."""
    if words[at].lower in _NOT_NAMES and words[at].lower != "may":
        return None
    known = cast()
    for size in range(min(known.longest, len(words) - at), 0, -1):
        phrase = tuple(word.text for word in words[at : at + size])
        if size > 1 and any(word.is_possessive for word in words[at : at + size - 1]):
            continue
        if phrase in known.bodies:
            return "body", size, *known.bodies[phrase]
        if phrase in known.persons:
            return "known", size, *known.persons[phrase]
        surface = " ".join(phrase)
        if size > 1 and not phrase[-1][0].isalnum():
            continue
        named = _country(surface)
        if named is not None:
            return named[0], size, named[1], None
    return None


def _country(surface: str) -> tuple[str, str] | None:
    if len(surface) <= 3 and not surface.replace(".", "").isupper():
        return None
    named = country_names().get(fold(surface))
    if named is not None:
        if named[1] == "demonym" and surface.endswith("s") and country_names().get(fold(surface[:-1])):
            return "people", named[0]
        return ("country" if named[1] != "metonym" else "capitalcity"), named[0]
    place = name_meaning(surface)
    return ("place", place[1]) if place else None


def _role(words: Sequence[Word], at: int) -> Element | None:
    nouns = cast().nouns
    for size in range(min(4, len(words) - at), 0, -1):
        role = nouns.get(tuple(word.lower for word in words[at : at + size]))
        if role is not None:
            return "role", size, None, role
    return None


def _party(sentence: str, words: Sequence[Word], at: int, elements: list[Element], memory: Memory) -> Party | None:
    last = at + sum(element[1] for element in elements)
    kinds = [element[0] for element in elements]
    country = next((e[2] for e in reversed(elements) if e[2] and e[0] != "place"), None)
    country = country or next((e[2] for e in elements if e[2]), None)
    role = next((e[3] for e in reversed(elements) if e[3]), None)
    possessive = words[last - 1].is_possessive
    name = _trailing_name(words, at, elements)
    text = sentence[words[at].start : words[last - 1].end]
    if "known" in kinds or (name and "role" in kinds):
        return _person(sentence, words, at, last, name, country, role, memory)
    if role is not None:
        linked, end = _linked_country(words, last) if country is None else (None, last)
        longer = sentence[words[at].start : words[end - 1].end]
        kind: PartyKind = "named" if "body" in kinds else "role"
        return Party(at, end, kind, _entity(longer, country or linked, role), possessive)
    if kinds[-1] == "people":
        return Party(at, last, "people", _entity(text, country, "CVL"), possessive)
    if set(kinds) & {"country", "capitalcity"}:
        is_bare = kinds[-1] in ("country", "capitalcity") and not _describes(words, last)
        return Party(at, last, "country" if is_bare else "modifier", _entity(text, country, "GOV"), possessive)
    if "place" in kinds:
        return Party(at, last, "place", _entity(text, country, "CVL"), possessive)
    return _remembered(words, at, last, text, possessive, memory)


def _describes(words: Sequence[Word], last: int) -> bool:
    """A demonym in front of a noun that we do not know: "the Lebanese port"."""
    named = country_names().get(fold(words[last - 1].text))
    if named is None or named[1] != "demonym" or last >= len(words):
        return False
    following = words[last].lower
    return following.isalpha() and following not in _AFTER_DEMONYM and not following.endswith(("ed", "s"))


def _trailing_name(words: Sequence[Word], at: int, elements: list[Element]) -> tuple[int, int] | None:
    """Words of the capitals that end a phrase: the name in "Defence Minister Jan Novak"."""
    last = at + sum(element[1] for element in elements)
    size = 0
    for element in reversed(elements):
        if element[0] != "capital" and not (size == 0 and element[0] == "place"):
            break
        size += element[1]
    return (last - size, last) if size and size < last - at else None


def _person(
    sentence: str,
    words: Sequence[Word],
    at: int,
    last: int,
    name: tuple[int, int] | None,
    country: str | None,
    role: str | None,
    memory: Memory,
) -> Party:
    start, end = name or (at, last)
    text = sentence[words[start].start : words[end - 1].end]
    entity = _entity(text, country or memory.home, role or "UNK")
    memory.persons[words[end - 1].text] = entity
    return Party(at, last, "person", entity, words[last - 1].is_possessive)


def _remembered(words: Sequence[Word], at: int, last: int, text: str, possessive: bool, memory: Memory) -> Party | None:
    """A run of capitals: a person met before, or a new name of two words or more."""
    known = memory.persons.get(words[last - 1].text)
    if known is not None:
        return Party(at, last, "person", known, possessive)
    is_name = last - at in (2, 3) and all(re.fullmatch(r"[^\W\d_][\w'’.-]*", w.text) for w in words[at:last])
    if not is_name or text.isupper():
        return None
    return Party(at, last, "person", _entity(text, None, "UNK"), possessive)


def _linked_country(words: Sequence[Word], last: int) -> tuple[str | None, int]:
    """The country in "officials in Kabul", "president of Chile", and where the phrase then ends."""
    at = last
    if at < len(words) and words[at].lower in _LINKS:
        at += 1
        if at < len(words) and words[at].lower in ("the", "northern", "southern", "eastern", "western"):
            at += 1
        named = _named(words, at) if at < len(words) and words[at].is_capital else None
        if named is not None and named[0] in ("country", "place", "capitalcity"):
            return named[2], at + named[1]
    return None, last


def _with_home(party: Party, memory: Memory) -> Party:
    """Give a role without a country that of its last bearer ("the ministry"), else the article's."""
    if party.kind not in ("role", "named"):
        return party
    entity, head = party.entity, party.entity.text.rsplit(" ", 1)[-1].lower()
    if entity.country_code is not None:
        memory.roles[head] = entity.country_code
    elif entity.role_code in _AT_HOME:
        known = memory.roles.get(head) if entity.role_code in _OFFICES else None
        return replace(party, entity=replace(entity, country_code=known or memory.home))
    return party


def _with_appositions(found: list[Party], words: Sequence[Word], memory: Memory) -> Iterator[Party]:
    """Give a new name the role that stands after it: "Maria Soler, the Chilean foreign minister"."""
    skip = False
    for party, following in zip(found, [*found[1:], None], strict=False):
        if skip:
            skip = False
            continue
        if following is not None and _is_apposed(party, following, words):
            role = following.entity
            entity = replace(party.entity, country_code=role.country_code, role_code=role.role_code)
            memory.persons[words[party.last - 1].text] = entity
            memory.last_person = entity
            yield replace(party, last=following.last, entity=entity)
            skip = True
        elif party.kind != "person" or party.entity.role_code != "UNK":
            yield party
        else:
            entity = replace(party.entity, country_code=memory.home, role_code="CVL")
            yield replace(party, entity=entity)


def _is_apposed(party: Party, following: Party, words: Sequence[Word]) -> bool:
    if party.kind != "person" or party.entity.role_code != "UNK" or following.kind not in ("role", "named"):
        return False
    between = [word.lower for word in words[party.last : following.first]]
    return len(between) in (1, 2, 3) and between[0] == "," and set(between[1:]) <= _ARTICLES


def _entity(text: str, country: str | None, role: str) -> Entity:
    text = re.sub(r"['’]s?$", "", text)
    return Entity(text=text, country_code=country, role_code=role)
