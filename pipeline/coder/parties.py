"""Who is named: the parties of each sentence, with country, role, and the same number for the same party."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from spacy.tokens import Doc

from pipeline.coder.coreference import Memory, Resolved
from pipeline.coder.meaning import Meaning, PartyKind, Sight, meanings, sight
from pipeline.coder.names import find_names
from pipeline.coder.persons import Persons, descriptions, name_words, offices
from pipeline.coder.phrases import noun_phrases
from pipeline.coder.reading import Reading
from pipeline.coder.sides import Chooser, choose, scene
from pipeline.places.gazetteer import country_names
from pipeline.places.names import fold
from pipeline.records import Entity

#: Prepositions after which a capital is a place and no government.
_WHERE = frozenset(
    [
        "in",
        "at",
        "near",
        "from",
        "to",
        "into",
        "outside",
        "inside",
        "around",
        "across",
        "toward",
        "towards",
        "over",
        "through",
        "throughout",
    ]
)


@dataclass(frozen=True, slots=True)
class Party:
    """Tokens [start, end) of a sentence that name somebody; *head* is the token that its verb governs."""

    sentence: int
    start: int
    end: int
    head: int
    kind: PartyKind
    text: str
    country: str | None
    role: str
    chain: int

    @property
    def entity(self) -> Entity:
        """The party as records have it."""
        return Entity(text=self.text, country_code=self.country, role_code=self.role)


def may_speak(doc: Doc, party: Party) -> bool:
    """Whether a party can say something or be accused: of places a capital that stands for its government, "Baku
    said", and not "in Baku"."""
    if party.kind != "place":
        return True
    known = country_names().get(fold(party.text))
    is_capital = known is not None and known[1] == "metonym"
    return is_capital and not any(child.lower_ in _WHERE for child in doc[party.head].children)


def find_parties(reading: Reading, choose: Chooser = choose) -> tuple[tuple[Party, ...], ...]:
    """Return the parties of each sentence, in order."""
    docs = [sentence.doc for sentence in reading.sentences]
    known = name_words(docs)
    document = reading.document
    names = find_names(docs, document.published_on, document.source_country_code, known[0])
    seen = [sight(doc, found, noun_phrases(doc), known) for doc, found in zip(docs, names, strict=True)]
    meant = [list(meanings(one)) for one in seen]
    memory = Memory(seen, scene(reading, names, _explicit(seen, meant)), _persons(seen, meant), choose)
    return tuple(
        tuple(_party(number, mention) for mention in memory.read(number, found)) for number, found in enumerate(meant)
    )


def _party(sentence: int, mention: Resolved) -> Party:
    phrase, chain = mention.phrase, mention.chain
    return Party(
        sentence,
        phrase.start,
        phrase.end,
        phrase.head,
        mention.kind,
        mention.text,
        chain.country,
        chain.role,
        chain.number,
    )


def _persons(seen: list[Sight], meant: list[list[Meaning]]) -> Persons:
    """Gather what titles and appositions anywhere in the article tell about each person."""
    persons = Persons()
    for one, found in zip(seen, meant, strict=True):
        for told in found:
            if told.kind != "person":
                continue
            person = persons.add(told)
            for office in offices(one, told):
                persons.call(person, office)
            for more in descriptions(one, told):
                persons.add(replace(more, person=told.person, text=told.text))
                persons.call(person, one.doc[more.phrase.head].lemma_.lower())
    return persons


def _explicit(seen: list[Sight], meant: list[list[Meaning]]) -> Iterator[tuple[str, str, str]]:
    """Yield noun, role and country of the parties whose words tell their country."""
    for one, found in zip(seen, meant, strict=True):
        for told in found:
            if told.kind in ("role", "person") and told.countries and told.countries[-1] is not None:
                noun = one.doc[told.phrase.head].lemma_.lower()
                yield noun, told.role or "UNK", told.countries[-1]
