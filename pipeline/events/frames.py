"""Who stands where around a trigger: actors, recipients, place and time."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.events.parties import Party
from pipeline.events.reading import Sentence
from pipeline.events.triggers import Trigger
from pipeline.language.dates import TimeExpression
from pipeline.language.words import Word
from pipeline.places.gazetteer import name_meaning
from pipeline.records import Entity, PlaceName

_PREPOSITIONS = frozenset(
    [
        "in", "on", "at", "of", "to", "from", "for", "with", "against", "by", "near", "after",
        "before", "over", "into", "between", "among", "towards", "toward", "during", "under",
        "around", "inside", "outside", "via", "about", "amid", "despite", "like", "than", "as",
        "since",
    ]
)  # fmt: skip
_BREAKS = frozenset(
    [
        ";", ":", "that", "which", "when", "while", "because", "but", "if", "whether", "although",
        "though", "after", "before", "as", "where", "since", "until", "“", "”", '"', "said", "says",
        "saying", "—",
    ]
)  # fmt: skip
_ARTICLES = frozenset(["the", "a", "an", "some", "its", "their", "his", "her"])
_RELATIVES = frozenset(["who", "which", "that"])
_TARGETS = frozenset(["on", "against", "of", "at", "upon", "targeting", "in", "to", "into", "with", "for"])
_PLACED = frozenset(["in", "at", "near", "outside", "inside", "around", "across", "on", "from", "of", "into"])
_LIGHT = frozenset(
    [
        "launched", "launch", "carried", "conducted", "mounted", "made", "staged", "led", "held",
        "opened", "began", "started", "ordered", "launching", "carrying", "conducting", "staging",
        "holding", "issued", "imposed", "filed", "declared", "committed", "continued", "stepped",
        "resumed", "announced", "expressed", "gave", "received",
    ]
)  # fmt: skip
_REACH = 12  #: words after a trigger in which its object stands
_VICTIM_ROLES = frozenset(["CVL", "JRN", "REF", "EDU", "MED", "LAB", "REL"])


@dataclass(frozen=True, slots=True)
class Frame:
    """The parties of one trigger."""

    actors: tuple[Entity, ...]
    recipients: tuple[Entity, ...]


def frame_of(sentence: Sentence, trigger: Trigger) -> Frame:
    """Return actors and recipients of *trigger*; either may be empty."""
    if trigger.voice == "noun":
        found = _noun_frame(sentence, trigger)
    elif trigger.voice == "passive" or trigger.rule.frame == "undergo":
        found = _group(_agent(sentence, trigger)), _group(_subject(sentence, trigger, may_be_place=True))
    else:
        found = _group(_subject(sentence, trigger)), _group(_object(sentence, trigger))
    return _arranged(trigger, *found)


def _arranged(trigger: Trigger, actors: tuple[Entity, ...], recipients: tuple[Entity, ...]) -> Frame:
    if trigger.rule.frame == "mutual":
        return Frame(_unique((*actors, *recipients)), ())
    recipients = tuple(entity for entity in _unique(recipients) if entity not in actors)
    return Frame(_unique(actors), recipients)


def _unique(entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    return tuple(dict.fromkeys(entities))


def _group(parties: Sequence[Party]) -> tuple[Entity, ...]:
    return tuple(party.entity for party in parties)


def _subject(sentence: Sentence, trigger: Trigger, *, may_be_place: bool = False) -> tuple[Party, ...]:
    """The party that the verb belongs to: before it, in its clause, not behind a preposition."""
    words = sentence.words
    before = [p for p in sentence.parties if p.last <= trigger.first]
    heads = [p for p in before if _is_head(words, p, may_be_place)]
    start = _clause_start(words, trigger.first)
    here = [p for p in heads if p.first >= start]
    if here:
        return _with_partners(sentence, before, here[-1:] if may_be_place else here[:1])
    if _lower(words, start - 1) in _RELATIVES:
        return _with_partners(sentence, before, [p for p in before if p.last < start][-1:])
    return _with_partners(sentence, before, heads[-1:])


def _is_head(words: Sequence[Word], party: Party, may_be_place: bool) -> bool:
    """A subject is no owner, no modifier, and stands behind no preposition."""
    if party.kind == "modifier" or party.is_possessive or (party.kind == "place" and not may_be_place):
        return False
    return _lower_before(words, party) not in _PREPOSITIONS


def _clause_start(words: Sequence[Word], at: int) -> int:
    for position in range(at - 1, -1, -1):
        if words[position].lower in _BREAKS or words[position].lower in _RELATIVES:
            return position + 1
        if words[position].text == "," and _lower(words, position + 1) in ("and", "but"):
            return position + 2
    return 0


def _with_partners(sentence: Sentence, parties: Sequence[Party], heads: Sequence[Party]) -> tuple[Party, ...]:
    """Add the parties joined to a head by a comma or "and"."""
    chosen = list(heads)
    for party in parties:
        if chosen and party.first >= chosen[-1].last:
            between = [word.lower for word in sentence.words[chosen[-1].last : party.first]]
            if between and set(between) <= {",", "and", "the", "a", "&", "both"} and "and" in between:
                chosen.append(party)
    return tuple(chosen)


def _object(sentence: Sentence, trigger: Trigger) -> tuple[Party, ...]:
    """The first party after the verb, before its clause ends."""
    after = [p for p in sentence.parties if trigger.last <= p.first < trigger.last + _REACH]
    end = _clause_end(sentence.words, trigger.last, trigger.rule.frame == "speech")
    heads = [p for p in after if p.first < end and not _is_scene(sentence.words, p)]
    return _with_partners(sentence, after, heads[:1])


def _is_scene(words: Sequence[Word], party: Party) -> bool:
    """A place or capital behind a locating preposition is where, not whom."""
    return party.kind in ("place", "country") and _lower_before(words, party) in ("in", "at", "near", "from")


def _lower_before(words: Sequence[Word], party: Party) -> str:
    at = party.first - 1
    while at >= 0 and words[at].lower in _ARTICLES:
        at -= 1
    return _lower(words, at)


def _clause_end(words: Sequence[Word], at: int, is_speech: bool) -> int:
    stops = _BREAKS - {"that"} if is_speech else _BREAKS
    for position in range(at, len(words)):
        if words[position].lower in stops or words[position].text in ".!?":
            return position
    return len(words)


def _agent(sentence: Sentence, trigger: Trigger) -> tuple[Party, ...]:
    """The party behind "by" after a passive verb or a noun."""
    words = sentence.words
    for at in range(trigger.last, min(trigger.last + _REACH, len(words))):
        if words[at].lower == "by":
            after = [p for p in sentence.parties if at < p.first <= at + 5]
            return _with_partners(sentence, after, after[:1])
        if words[at].lower in _BREAKS:
            break
    return ()


def _noun_frame(sentence: Sentence, trigger: Trigger) -> tuple[tuple[Entity, ...], tuple[Entity, ...]]:
    owner = [p for p in sentence.parties if trigger.first - 2 <= p.last <= trigger.first]
    owner = [p for p in owner if p.is_possessive or p.last == trigger.first]
    actors = _agent(sentence, trigger) or tuple(owner[-1:])
    if not actors and _has_light_verb(sentence.words, trigger.first):
        actors = _subject(sentence, trigger)
    if trigger.rule.frame == "mutual":
        return _group(actors), _group(_between(sentence, trigger))
    return _group(actors), _group(_target(sentence, trigger, actors))


def _has_light_verb(words: Sequence[Word], first: int) -> bool:
    return any(word.lower in _LIGHT for word in words[max(first - 6, 0) : first])


def _target(sentence: Sentence, trigger: Trigger, actors: Sequence[Party]) -> tuple[Party, ...]:
    words = sentence.words
    if _lower(words, trigger.last) in _TARGETS or _lower(words, trigger.last - 1) in _TARGETS:
        after = [p for p in sentence.parties if trigger.last <= p.first <= trigger.last + 5]
        heads = [p for p in after[:1] if p not in actors]
        return _with_partners(sentence, after, heads)
    return ()


def _between(sentence: Sentence, trigger: Trigger) -> tuple[Party, ...]:
    """Both sides of "talks between A and B", "clashes with B"."""
    end = _clause_end(sentence.words, trigger.last, is_speech=False)
    for at in range(trigger.last, min(trigger.last + 6, len(sentence.words))):
        if sentence.words[at].lower in ("between", "with", "among"):
            after = [p for p in sentence.parties if at < p.first < end]
            return _with_partners(sentence, after, after[:1])
    return ()


def place_of(sentence: Sentence, trigger: Trigger) -> PlaceName | None:
    """Return the named place that a locating preposition ties to the trigger, the nearest after it first."""
    found: list[tuple[int, PlaceName]] = []
    for party in sentence.parties:
        at = _located(sentence.words, party)
        if at is not None:
            text = party.entity.text
            found.append((party.first, PlaceName(text=text, country_code=party.entity.country_code)))
    if not found and trigger.rule.type_code == "ASSAULT":
        found = [
            (p.first, PlaceName(text=p.entity.text, country_code=p.entity.country_code))
            for p in sentence.parties
            if p.kind == "place" and _lower_before(sentence.words, p) not in ("told", "by")  # an outlet or agency
        ]
    found.sort(key=lambda item: (item[0] < trigger.first, abs(item[0] - trigger.first)))
    return found[0][1] if found else None


def _located(words: Sequence[Word], party: Party) -> int | None:
    before = _lower_before(words, party)
    if party.kind == "place" and before in _PLACED:
        return party.first
    if party.kind == "country" and before in ("in", "near", "across", "inside", "outside") and not party.is_possessive:
        is_name = name_meaning(party.entity.text) is not None
        return party.first if is_name else None
    return None


def time_of(sentence: Sentence, trigger: Trigger) -> TimeExpression | None:
    """Return the time expression nearest to the trigger."""
    if not sentence.times:
        return None
    at = sentence.words[trigger.first].start
    return min(sentence.times, key=lambda t: (min(abs(t.start - at), abs(t.end - at)), t.start))


def _lower(words: Sequence[Word], at: int) -> str:
    return words[at].lower if 0 <= at < len(words) else ""
