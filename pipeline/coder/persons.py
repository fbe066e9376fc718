"""The persons of an article: what all its mentions of a name tell together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from pipeline.coder.meaning import Meaning, Sight, meaning
from pipeline.coder.vocabulary import vocabulary

_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr"})


@dataclass(slots=True)
class Person:
    """Somebody by name; fields grow as mentions are read."""

    words: tuple[str, ...]
    text: str
    country: str | None = None
    told: str | None = None  #: role by the text
    registered: str | None = None  #: role by the registry
    offices: frozenset[str] = frozenset()  #: nouns by which the text calls them: "president"

    @property
    def role(self) -> str | None:
        """What the text calls them, else what they are known as."""
        return self.told or self.registered


class Persons:
    """Persons by the words of their names: a full name, else a surname or first name met before."""

    def __init__(self) -> None:
        self._by_word: dict[str, Person] = {}
        self._by_office: dict[str, list[Person]] = {}

    def add(self, found: Meaning) -> Person:
        """Return whom *found* names, a new person if need be, with what it tells about them."""
        person = self.find(found.person)
        if person is None:
            person = Person(found.person, found.text)
        if len(found.person) > len(person.words):
            person.words, person.text = found.person, found.text
        for word in (found.person[-1], found.person[0]):
            self._by_word.setdefault(word, person)
        if found.countries and person.country is None:
            person.country = found.countries[-1]
        if found.is_registered:
            person.registered = person.registered or found.role
        elif found.role not in (None, "UNK", "CVL"):
            person.told = person.told or found.role
        return person

    def call(self, person: Person, noun: str) -> None:
        """Remember that the text calls *person* by an office."""
        if noun not in person.offices:
            person.offices |= {noun}
            self._by_office.setdefault(noun, []).append(person)

    def holder(self, noun: str) -> Person | None:
        """Return the one whom the text calls by an office, if it is one only."""
        holders = self._by_office.get(noun, [])
        return holders[0] if len(holders) == 1 else None

    def find(self, words: Sequence[str]) -> Person | None:
        """Return the person whom *words* name: all of them, or one of the names."""
        if not words:
            return None
        person = self._by_word.get(words[-1]) or (self._by_word.get(words[0]) if len(words) == 1 else None)
        if person is None or len(words) == 1:
            return person
        return person if len(person.words) == 1 or set(words) & set(person.words[:-1]) else None


def name_words(docs: Sequence[Doc]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the last words of the full names in an article, with what follows "Mr"; and the words before them."""
    last: set[str] = set()
    given: set[str] = set()
    for doc in docs:
        for token in doc:
            if token.pos_ != "PROPN" or not token.text[:1].isupper():
                continue
            if token.lower_.rstrip(".") in _TITLES and token.i + 1 < len(doc):
                last.add(doc[token.i + 1].text)
            later = [child.text for child in token.rights if child.dep_ == "flat" and child.pos_ == "PROPN"]
            if later:
                last.add(later[-1])
                given.update((token.text, *later[:-1]))
    return frozenset(last), frozenset(given)


def offices(seen: Sight, found: Meaning) -> Iterator[str]:
    """Yield the nouns of the title before a name."""
    doc, phrase = seen.doc, found.phrase
    for token in doc[phrase.start : phrase.end]:
        if token.text not in found.person and (token.lower_,) in vocabulary().nouns:
            yield token.lemma_.lower()


def descriptions(seen: Sight, found: Meaning) -> Iterator[Meaning]:
    """Yield what an apposition or "is" says about the bearer of a name."""
    head = seen.doc[found.phrase.head]
    others = [child.i for child in head.children if child.dep_ in ("appos", "acl:relcl") and _says(child)]
    if head.dep_ == "appos" or (head.dep_ == "nsubj" and _says(head.head)):
        others.append(head.head.i)
    others.extend(_beside(seen, found))
    for other in dict.fromkeys(others):
        phrase = seen.phrase_at.get(other)
        told = meaning(seen, phrase) if phrase is not None else None
        if told is not None and told.kind == "role":
            yield told


def _beside(seen: Sight, found: Meaning) -> Iterator[int]:
    """Heads of the singular nouns that only a comma, or commas with an age, part from the name."""
    doc, phrase = seen.doc, found.phrase
    for other in seen.phrases:
        head = _top(seen, doc[other.head])
        first, second = (other, phrase) if other.end <= phrase.start else (phrase, other)
        between = doc[first.end : second.start]
        is_parted = bool(between) and all(token.text == "," or token.pos_ == "NUM" for token in between)
        is_listed = "conj" in (head.dep_, doc[phrase.head].dep_) or head.pos_ not in ("NOUN", "PROPN")
        if is_parted and between[0].text == "," and not is_listed and "Sing" in head.morph.get("Number", []):
            yield head.i


def _top(seen: Sight, token: Token) -> Token:
    """The office in "the head of the senate": what a complement belongs to."""
    while token.dep_ == "nmod" and token.head.i in seen.phrase_at and token.head.i < token.i:
        token = token.head
    return token


def _says(token: Token) -> bool:
    """Whether a word describes: an apposition, or the noun of "is"."""
    return token.dep_ == "appos" or any(child.dep_ == "cop" for child in token.children)
