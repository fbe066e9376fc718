"""What one noun phrase says by itself: whom it names, with the country and the role that stand in its own words."""

import calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from spacy.tokens import Doc, Token

from pipeline.coder.names import Name
from pipeline.coder.phrases import Phrase, is_hyphen
from pipeline.coder.roles import RoleNoun, role_noun
from pipeline.coder.vocabulary import vocabulary
from pipeline.places.gazetteer import countries

PartyKind = Literal["named", "role", "country", "demonym", "person", "pronoun", "place", "outlet"]
NAME_MAX = 5  #: words of a person's name
DEPTH_MAX = 3  #: of phrases inside phrases
_OWNERS = frozenset({"of", "for", "from", "with", "at"})  #: whose role a carrier takes: "spokesman for the army"
_COMPLEMENTS = _OWNERS | {"in", "inside", "near", "on"}
_DATES = frozenset(name.lower() for name in (*calendar.day_name, *calendar.month_name, *calendar.month_abbr) if name)
_COUNTED = frozenset({"obj", "nsubj:pass", "nsubj"})
_NO_NAME = frozenset({"the", "whose", "according", "to"})
COMPLEMENT_MAX = 6  #: words of a name behind "of" that belong to what is shown of a party


@dataclass(frozen=True, slots=True)
class Meaning:
    """A party as its phrase alone tells it; what is None must come from elsewhere."""

    phrase: Phrase
    kind: PartyKind
    text: str
    countries: tuple[str | None, ...]  #: several for "Russian and Turkish troops"; none where the words leave it open
    role: str | None
    person: tuple[str, ...] = ()  #: the words of a person's name
    owner: int | None = None  #: token of a possessive pronoun whose country this is
    is_registered: bool = False  #: role and country come from the registry, not from the text


@dataclass(frozen=True, slots=True)
class Sight:
    """A sentence with its known names and noun phrases."""

    doc: Doc
    names: tuple[Name, ...]
    phrases: tuple[Phrase, ...]
    name_at: Mapping[int, Name]  #: by each token
    phrase_at: Mapping[int, Phrase]  #: by head
    surnames: frozenset[str]  #: of the article's persons
    given: frozenset[str]  #: the other words of their names


def sight(
    doc: Doc, names: Sequence[Name], phrases: Sequence[Phrase], persons: tuple[frozenset[str], frozenset[str]]
) -> Sight:
    """Return the sentence with its look-ups."""
    name_at = {index: name for name in names for index in range(name.start, name.end)}
    return Sight(doc, tuple(names), tuple(phrases), name_at, {phrase.head: phrase for phrase in phrases}, *persons)


def meanings(seen: Sight) -> Iterator[Meaning]:
    """Yield the parties of a sentence; where a phrase names nobody, those that modify it: "a *police* raid"."""
    for phrase in seen.phrases:
        told = meaning(seen, phrase)
        if told is not None:
            yield told
        else:
            yield from _modifiers(seen, phrase)


def meaning(seen: Sight, phrase: Phrase, depth: int = 0) -> Meaning | None:
    """Return whom *phrase* names, or None where it names nobody."""
    head = seen.doc[phrase.head]
    is_pronoun = head.pos_ == "PRON" and head.lower_ not in vocabulary().quantities
    if is_pronoun or depth > DEPTH_MAX or head.lower_.rstrip(".") in _DATES:
        return None
    name = seen.name_at.get(phrase.head)
    noun = role_noun(seen.doc, phrase.start, phrase.head)
    if head.lower_ in vocabulary().quantities or head.pos_ == "NUM":
        return _from_quantity(seen, phrase, depth)
    if noun is not None and (name is None or (name.start > noun.start or name.end < noun.end) or name.kind == "place"):
        return _from_noun(seen, phrase, noun, depth)
    if name is not None and not _is_surname(seen, name):
        return _from_name(seen, phrase, name)
    if head.pos_ in ("PROPN", "X") and head.text[:1].isupper():
        return _from_capitals(seen, phrase)
    return None


def _is_surname(seen: Sight, name: Name) -> bool:
    return name.kind in ("place", "metonym") and name.end - name.start == 1 and name.text in seen.surnames


def _modifiers(seen: Sight, phrase: Phrase) -> Iterator[Meaning]:
    done = phrase.start
    for token in seen.doc[phrase.start : phrase.head]:
        if (
            token.i < done
            or token.dep_ not in ("compound", "amod", "nmod:desc", "conj", "flat")
            or token.i in seen.phrase_at
        ):
            continue
        name = seen.name_at.get(token.i)
        if name is not None:
            done = name.end
            part = Phrase(name.start, name.end, name.end - 1)
            told = _from_name(seen, part, name)
            land = countries().get(name.country or "")
            if name.kind == "demonym" and land is not None:
                told = replace(told, kind="country", text=land.name, role="GOV")
            yield told
        elif name is None:
            noun = role_noun(seen.doc, phrase.start, token.i)
            if noun is not None and noun.end == token.i + 1 and noun.role != "UNK":
                yield _from_noun(seen, Phrase(noun.start, noun.end, token.i), noun, DEPTH_MAX)


def _from_quantity(seen: Sight, phrase: Phrase, depth: int) -> Meaning | None:
    """Of "dozens of soldiers" the soldiers; of a bare number people, where somebody does or undergoes."""
    for _case, inner in _complements(seen, phrase, depth):
        return replace(inner, phrase=phrase)
    head = seen.doc[phrase.head]
    noun = role_noun(seen.doc, phrase.start, phrase.head)
    if noun is not None:
        return _from_noun(seen, phrase, noun, depth)
    is_counted = head.dep_ in _COUNTED and head.pos_ in ("NUM", "ADJ", "DET") and head.text.isalnum()
    return Meaning(phrase, "role", _text(seen.doc, phrase), (), "CVL") if is_counted else None


def _complement_end(doc: Doc, phrase: Phrase, end: int) -> int:
    """Where a name behind "of" ends that tells which one is meant: "commander of the Northern Brigade"."""
    for child in doc[phrase.head].rights:
        inside = doc[child.left_edge.i : child.i + 1]
        follows = child.dep_ == "nmod" and child.left_edge.i == end and inside[0].lower_ == "of"
        words = sum(token.text[:1].isupper() for token in inside)
        if follows and child.text[:1].isupper() and words > 1 and len(inside) <= COMPLEMENT_MAX:
            return int(child.i) + 1
    return end


def _from_noun(seen: Sight, phrase: Phrase, noun: RoleNoun, depth: int) -> Meaning:
    end = _complement_end(seen.doc, phrase, max(phrase.end, noun.end))
    found = Meaning(
        phrase, "role", _text(seen.doc, replace(phrase, end=end)), (), noun.role, owner=_owner(seen.doc, phrase)
    )
    found = _with_surroundings(seen, found, noun, depth)
    person = _name_after(seen.doc, phrase, noun)
    return replace(found, kind="person", text=" ".join(person), person=person) if person else found


def _name_after(doc: Doc, phrase: Phrase, noun: RoleNoun) -> tuple[str, ...]:
    """The capitals that follow a title which the parser took for the head."""
    after = doc[noun.end : phrase.end]
    is_name = len(after) and all(token.pos_ in ("PROPN", "PUNCT", "X") for token in after)
    return tuple(after.text.split()) if is_name and doc[phrase.head].pos_ != "PROPN" else ()


def _with_surroundings(seen: Sight, found: Meaning, noun: RoleNoun, depth: int) -> Meaning:
    """Add country and role from the names before the head, then from the complement after it."""
    phrase, role = found.phrase, found.role
    inside = [name for name in _names_in(seen, phrase.start, max(noun.end, phrase.head)) if name.start != phrase.head]
    sides = _sides(seen.doc, inside)
    if noun.is_carrier:
        role = _role_of_names(seen.doc, inside, phrase.head) or role
    if not sides and any(token.lower_ in vocabulary().elsewhere for token in seen.doc[phrase.start : noun.start]):
        sides = (None,)
    for case, inner in _complements(seen, phrase, depth) if depth < DEPTH_MAX else ():
        sides = sides or inner.countries
        is_body = inner.kind not in ("country", "place") and inner.role not in (None, "UNK", "CVL")
        if noun.is_carrier and case in _OWNERS and is_body and role == found.role:
            role = inner.role
    return replace(found, countries=sides, role=role)


def _complements(seen: Sight, phrase: Phrase, depth: int) -> Iterator[tuple[str, Meaning]]:
    for child in seen.doc[phrase.head].rights:
        if child.dep_ not in ("nmod", "obl") or child.i not in seen.phrase_at:
            continue
        case = next((c.lower_ for c in child.children if c.dep_ == "case"), "")
        inner = meaning(seen, seen.phrase_at[child.i], depth + 1) if case in _COMPLEMENTS else None
        if inner is not None:
            yield case, inner


def _names_in(seen: Sight, start: int, end: int) -> list[Name]:
    return [name for name in seen.names if start <= name.start and name.end <= end]


def _sides(doc: Doc, names: Sequence[Name]) -> tuple[str | None, ...]:
    """The countries of the names that modify a noun: the nearest, and those joined to it by "and"."""
    sided = [name for name in names if name.country]
    if not sided:
        return ()
    exact = [name for name in sided if name.kind != "place"] or sided
    last = exact[-1]
    together = [name.country for name in exact[:-1] if _joined(doc, name, last)]
    return tuple(dict.fromkeys((*together, last.country)))


def _role_of_names(doc: Doc, names: Sequence[Name], end: int) -> str | None:
    """The role of the actor who modifies a noun, if nothing but modifiers stands between."""
    for name in reversed(names):
        if any(token.is_punct and not is_hyphen(doc, token.i) for token in doc[name.end : end]):
            return None
        if name.role is not None:
            return name.role
    return None


def _joined(doc: Doc, name: Name, last: Name) -> bool:
    between = [token.lower_ for token in doc[name.end : last.start]]
    return bool(between) and set(between) <= {"and", ",", "-", "or", "/"} and between != ["-"]


def _from_name(seen: Sight, phrase: Phrase, name: Name) -> Meaning:
    doc = seen.doc
    if name.kind == "actor" and name.kind_of == "person":
        start = _person_start(doc, phrase, name)
        text = doc[start : max(name.end, phrase.end)].text
        title = role_noun(doc, phrase.start, start - 1) if start > phrase.start else None
        role = title.role if title is not None and title.role != "UNK" else name.role
        words = tuple(text.split())
        return Meaning(phrase, "person", text, (name.country,), role, words, is_registered=role is name.role)
    if name.kind == "actor":
        sides = (name.country,) if name.country else _sides(doc, _names_in(seen, phrase.start, name.start))
        return Meaning(phrase, "outlet" if name.kind_of == "outlet" else "named", name.text, sides, name.role)
    if name.kind == "demonym":
        return Meaning(phrase, "demonym", _text(doc, phrase), (name.country,), "CVL")
    if name.kind == "country":
        return Meaning(phrase, "country", name.text, (name.country,), "GOV")
    is_acting = name.kind == "metonym" or doc[phrase.head].dep_ == "nsubj"
    return Meaning(phrase, "place", name.text, (name.country,), "GOV" if is_acting else "CVL")


def _person_start(doc: Doc, phrase: Phrase, name: Name) -> int:
    """Where a registered name begins with the given names that stand before it."""
    start = name.start
    while start > phrase.start and _is_of_name(doc[start - 1]):
        start -= 1
    return start


def _from_capitals(seen: Sight, phrase: Phrase) -> Meaning:
    """A name that nobody registered: of a person, mostly, with a title before it."""
    doc, start = seen.doc, phrase.head
    while start > phrase.start and (_is_of_name(doc[start - 1]) or is_hyphen(doc, start - 1)):
        start -= 1
    text = doc[start : phrase.end].text
    noun = role_noun(doc, phrase.start, start - 1) if start > phrase.start else None
    before = _names_in(seen, phrase.start, start)
    role = noun.role if noun else None
    if noun and noun.is_carrier:
        role = _role_of_names(doc, before, start) or role
    sides = _sides(doc, before)
    if _is_person(seen, phrase, text.split(), role):
        for _case, inner in _complements(seen, phrase, 1):
            sides, role = sides or inner.countries, role or (None if inner.kind in ("country", "place") else inner.role)
        return Meaning(phrase, "person", text, sides, role, tuple(text.split()))
    return Meaning(phrase, "named", _text(doc, phrase), _sides(doc, _names_in(seen, phrase.start, phrase.end)), role)


def _is_of_name(token: Token) -> bool:
    is_name = token.pos_ == "PROPN" and token.text[:1].isupper() and token.dep_ in ("flat", "compound")
    plain = (token.lower_.rstrip("."),)
    return is_name and plain not in vocabulary().nouns and plain not in vocabulary().titles


def _is_person(seen: Sight, phrase: Phrase, words: Sequence[str], role: str | None) -> bool:
    """Whether a new name is somebody's: two or three plain words without "the", or one that the article knows."""
    doc, head = seen.doc, seen.doc[phrase.head]
    if len(words) == 1:
        is_known = words[0] in seen.surnames or words[0] in seen.given
        return is_known or role is not None or any(child.dep_ == "nmod:desc" for child in head.children)
    has_article = any(child.dep_ == "det" for child in head.children) and role is None
    is_plain = len(words) <= NAME_MAX and all(_is_plain(word) for word in words)
    is_thing = any(name.kind != "actor" for name in _names_in(seen, phrase.head, phrase.end))
    return not has_article and is_plain and not is_thing and not doc[phrase.start : phrase.end].text.isupper()


def _is_plain(word: str) -> bool:
    return word.replace("-", "").replace("'", "").replace("’", "").replace(".", "").isalpha() and ".c" not in word


def _owner(doc: Doc, phrase: Phrase) -> int | None:
    possessors = (
        token for token in doc[phrase.start : phrase.head] if token.dep_ == "nmod:poss" and token.pos_ == "PRON"
    )
    return next((token.i for token in possessors), None)


def _text(doc: Doc, phrase: Phrase) -> str:
    """The words without article and quotation marks."""
    start = phrase.start
    while start < phrase.head and (doc[start].pos_ in ("DET", "PUNCT", "CCONJ") or doc[start].lower_ in _NO_NAME):
        start += 1
    return doc[start : phrase.end].text
