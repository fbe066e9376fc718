"""The people that a sentence counts: "at least 14 villagers", "a soldier", "dozens of them"."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from spacy.tokens import Doc, Token

from pipeline.coder.parties import Party
from pipeline.coder.tolls_words import HARM
from pipeline.language.numbers import Count, count_at
from pipeline.language.words import Word

_UNITS = frozenset(
    [
        "percent", "per", "%", "year", "years", "month", "months", "week", "weeks", "day", "days", "hour", "hours",
        "minute", "minutes", "second", "seconds", "am", "pm", "a.m.", "p.m.", "km", "kilometre", "kilometres",
        "kilometer", "kilometers", "mile", "miles", "metre", "metres", "meter", "meters", "yard", "yards", "ton",
        "tons", "tonne", "tonnes", "point", "points", "time", "times", "pound", "pounds", "dollar", "dollars",
        "euro", "euros", "naira", "rupees", "shillings", "pesos", "yuan", "yen", "roubles", "rubles", "francs",
        "riyals", "rand", "missiles", "rockets", "bombs", "houses", "homes", "vehicles", "buildings", "villages",
        "towns", "attacks", "strikes", "countries", "states", "provinces", "districts", "cities", "villages",
        "charges", "counts", "km/h", "degrees", "th", "st", "nd", "rd", "years-old", "bullets", "shots", "rounds",
        "weapons", "guns", "firearms", "cartridges", "incidents", "cases", "nights", "o'clock",
    ]
)  # fmt: skip
_MONTHS = frozenset(
    [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
        "november", "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sept", "sep", "oct", "nov", "dec",
        "jan.", "feb.", "mar.", "apr.", "jun.", "jul.", "aug.", "sept.", "sep.", "oct.", "nov.", "dec.",
    ]
)  # fmt: skip
#: Nouns of single people, beside those that are parties.
PERSONS = frozenset(
    [
        "person", "man", "woman", "boy", "girl", "child", "student", "worker", "teenager", "soldier", "officer",
        "policeman", "policewoman", "civilian", "passenger", "driver", "gunman", "militant", "fighter", "suspect",
        "victim", "attacker", "bomber", "resident", "villager", "farmer", "worker", "journalist", "protester",
        "protestor", "demonstrator", "guard", "tourist", "settler", "guest", "brother", "sister", "father",
        "mother", "son", "daughter", "wife", "husband", "cousin", "baby", "infant", "pupil", "teacher", "nurse",
        "doctor", "priest", "monk", "imam", "pastor", "pilot", "sailor", "serviceman", "trooper", "commander",
        "leader", "activist", "lawyer", "businessman", "trader", "shepherd", "refugee", "migrant", "foreigner",
        "national", "citizen", "bystander", "individual", "people", "men", "women", "boys", "girls", "children",
        "students", "soldiers", "officers", "policemen", "civilians", "persons", "victims", "servicemen",
        "brothers", "sisters", "troops", "members", "suspects", "others", "fighters", "militants", "residents",
    ]
)  # fmt: skip
_INDEFINITE = frozenset(["a", "an", "one", "another"])
_NOBODY = frozenset(["nobody", "none", "no-one"])
_UNHARMED = frozenset(["safe", "unhurt", "uninjured", "unharmed"])
_OF_WHOM = frozenset(["them", "those", "whom"])
_VAGUE_FEW = frozenset(["several"])
_NOUNS = frozenset(["NOUN", "PROPN"])
_IN_PHRASE = frozenset(["NOUN", "PROPN", "ADJ", "ADV", "PART", "DET"])
#: What is counted beside people in news of harm, and groups that are not one person.
_THINGS = frozenset(
    [
        "tank", "helicopter", "plane", "aircraft", "home", "house", "car", "truck", "bus", "vehicle", "building",
        "school", "church", "mosque", "village", "town", "city", "camp", "base", "post", "station", "office",
        "embassy", "consulate", "attack", "bombing", "blast", "explosion", "strike", "raid", "group", "faction",
        "army", "party", "union", "agency", "command", "force", "government", "ministry", "company", "court",
        "council", "crowd", "gang", "team", "unit", "battalion", "brigade", "country", "side", "state", "region",
        "area", "month", "year", "day", "week", "hour", "minute", "time", "week", "weapon", "rifle", "gun",
        "grenade", "shot", "bullet", "missile", "rocket", "bomb", "device", "ship", "boat", "vessel", "flight",
        "train", "ballot", "vote", "seat", "goal", "point", "percent", "phone", "letter", "case", "charge", "count",
    ]
)  # fmt: skip
_AGED = frozenset(["baby", "boy", "child", "girl", "man", "teenager", "woman", "youth"])
_GAP = 5  #: tokens between a number and the noun that it counts
_GROUPS_MAX = 24  #: in a sentence; what counts more is a table


@dataclass(frozen=True, slots=True)
class Group:
    """People that a sentence counts: tokens [start, end), the one that governs them, and their number."""

    start: int
    end: int
    head: int
    noun: int | None  #: the last noun of it
    minimum: int | None
    maximum: int | None
    form: str  #: how the number is put: "digit", "word", "vague", "a", "none", "the", "name", "sum", …


def find_groups(doc: Doc, parties: Sequence[Party]) -> tuple[Group, ...]:
    """Return the groups of people that have a number, in order; none overlaps another."""
    words = [Word(token.text, token.lower_, token.idx, token.idx + len(token)) for token in doc]
    found: list[Group] = []
    for at in range(len(doc)):
        if len(found) == _GROUPS_MAX:
            break
        if found and at < found[-1].end:
            continue
        group = _numbered(doc, words, at) or _single(doc, at, parties)
        if group is None or group.end <= group.start:
            continue
        before = found[-1] if found else None
        if before is not None and _adds_up(doc, before, group):
            found[-1] = _sum(before, group)
        else:
            found.append(_with_bound(doc, before, group))
    return tuple(found)


def _adds_up(doc: Doc, first: Group, second: Group) -> bool:
    """ "two soldiers and a nurse": one of the two is a single, and nothing else stands between them."""
    is_exact = all(group.minimum == group.maximum and group.noun is not None for group in (first, second))
    is_joined = second.start - first.end in (1, 2) and doc[second.start - 1].lower_ == "and"
    numbers = {group.minimum for group in (first, second)}
    return is_exact and is_joined and 1 in numbers and not {first.form, second.form} & {"pronoun", "none"}


def _sum(first: Group, second: Group) -> Group:
    total = (first.minimum or 0) + (second.minimum or 0)
    return Group(first.start, second.end, first.head, first.noun, total, total, "sum")


def _with_bound(doc: Doc, before: Group | None, group: Group) -> Group:
    """ "At least two were killed and 84 wounded": the bound holds for both numbers."""
    is_bare = group.form == "digit" and group.noun is None and group.minimum == group.maximum
    if before is None or not is_bare or before.maximum is not None or before.form not in ("digit", "word"):
        return group
    between = [token.lower_ for token in doc[before.end : group.start]]
    is_gapped = between[-1:] == ["and"] and "were" in between and not {",", "while"} & set(between)
    return replace(group, maximum=None) if is_gapped else group


def _numbered(doc: Doc, words: Sequence[Word], at: int) -> Group | None:
    token = doc[at]
    if token.lower_ in _NOBODY:
        return Group(at, at + 1, at, None, 0, 0, "none")
    if token.lower_ == "no" and [word.lower_ for word in doc[at + 1 : at + 3]] == ["-", "one"]:
        return Group(at, at + 3, at + 2, None, 0, 0, "none")
    if token.lower_ == "all" and {word.lower_ for word in doc} & _UNHARMED:
        return _group(doc, Count(at, at + 1, 0, 0), "all")
    if token.lower_ in _VAGUE_FEW and not _is_scaled(doc, at):
        return _group(doc, Count(at, at + 1, 3, None), "several")
    if token.lower_ == "no" and at + 1 < len(doc) and doc[at + 1].lower_ == "one":
        return Group(at, at + 2, at + 1, None, 0, 0, "none")
    if token.lower_ in _INDEFINITE and token.lower_ != "one":
        return None if not _is_scaled(doc, at) else _counted(doc, words, at)
    return _counted(doc, words, at)


def _is_scaled(doc: Doc, at: int) -> bool:
    return at + 1 < len(doc) and doc[at + 1].lower_ in ("hundred", "thousand", "million", "dozen")


def _counted(doc: Doc, words: Sequence[Word], at: int) -> Group | None:
    count = count_at(words, at)
    if count is None or not _may_count_people(doc, at, count):
        return None
    return _group(doc, count, _form(doc[at], count))


def _form(token: Token, count: Count) -> str:
    if count.maximum == 0:
        return "none"
    if (
        count.minimum is not None
        and count.maximum is None
        and token.lower_[:1].isalpha()
        and token.lower_.endswith("s")
    ):
        return "vague"
    return "digit" if token.text[:1].isdigit() else "word"


def _may_count_people(doc: Doc, at: int, count: Count) -> bool:
    """Not a date, an age, a sum of money, a measure, an ordinal in a name or a list number."""
    before = doc[at - 1] if at else None
    after = doc[count.end] if count.end < len(doc) else None
    if before is not None and before.lower_ == "of" and at > 1 and doc[at - 2].lower_ in _AGED:
        return False  # "a girl of 12"
    if before is not None and (
        before.text in ("$", "£", "€", "#", "-", "/", ".") or before.lower_ in _MONTHS | {"aged"}
    ):
        return False
    if after is not None and (after.lower_ in _UNITS | _MONTHS or after.text in ("%", "-", "/", "°", "'s")):
        return False
    if before is not None and after is not None and before.text in (",", "(") and after.text in (",", ")", ".", ";"):
        return False
    return not (doc[at].text.isdigit() and len(doc[at].text) == 4 and doc[at].text[:2] in ("19", "20")) or (
        after is not None and after.lower_ in PERSONS
    )


def _group(doc: Doc, count: Count, form: str) -> Group | None:
    """The number with the noun that it counts, where one follows, also over "of": "dozens of villagers"."""
    at = count.end
    start = at + 1 if at < len(doc) and doc[at].lower_ == "of" else at
    noun = _counted_noun(doc, start)
    if noun is None and start < len(doc) and doc[start].lower_ in _OF_WHOM:
        return Group(count.start, start + 1, at - 1, start, count.minimum, count.maximum, form)
    if noun is None:
        return None if start > at else Group(count.start, at, at - 1, None, count.minimum, count.maximum, form)
    if doc[noun].lower_ in _UNITS or doc[noun].lemma_.lower() in _THINGS:
        return None
    head = at - 1 if start > at else noun
    return Group(count.start, noun + 1, head, noun, count.minimum, count.maximum, form)


def _counted_noun(doc: Doc, start: int) -> int | None:
    """The last noun of the phrase that begins at *start*; a participle of harm ends it ("two killed")."""
    end = _age_end(doc, start)
    reach, noun = end + _GAP, None
    while end < min(len(doc), reach) and doc[end].pos_ in _IN_PHRASE:
        if doc[end].lower_ in HARM and doc[end].pos_ not in _NOUNS:
            break
        if doc[end].pos_ in _NOUNS:
            noun = end
        elif doc[end].pos_ == "ADJ" and doc[end].text[0].isupper() and not _goes_on(doc, end + 1):
            noun = end  # "a Palestinian" is read as an adjective
        elif noun is not None and doc[end].lower_ not in ("'s", "’s", "-"):
            break
        end += 1
    return noun


def _goes_on(doc: Doc, at: int) -> bool:
    return at < len(doc) and doc[at].pos_ in _IN_PHRASE and doc[at].lower_ not in HARM


def _age_end(doc: Doc, at: int) -> int:
    """Where "42-year-old" ends that begins at *at*; *at* itself where none does."""
    is_age = at + 4 < len(doc) and doc[at + 2].lower_ == "year" and doc[at + 4].lower_ == "old"
    return at + 5 if is_age else at


def _single(doc: Doc, at: int, parties: Sequence[Party]) -> Group | None:
    """ "a soldier", "the driver", "another Palestinian", a person by name: one."""
    token = doc[at]
    if token.lower_ in _INDEFINITE or token.lower_ in ("the", "his", "her", "their"):
        group = _group(doc, Count(at, at + 1, 1, 1), "a" if token.lower_ in _INDEFINITE else "the")
        if group is None or group.noun is None or not _is_one_person(doc, group.noun, parties):
            return None
        return group
    party = next((party for party in parties if party.start == at), None)
    if (
        party is None
        or party.kind not in ("person", "pronoun")
        or doc[party.head].lower_ in ("they", "we", "them", "it")
    ):
        return None
    return Group(
        party.start,
        max(party.end, party.start + 1),
        party.head,
        party.head,
        1,
        1,
        "pronoun" if party.kind == "pronoun" else "name",
    )


def _is_one_person(doc: Doc, head: int, parties: Sequence[Party]) -> bool:
    token = doc[head]
    if token.tag_ in ("NNS", "NNPS"):
        return False
    if token.lower_ in PERSONS or token.lower_.endswith(("man", "woman")):
        return True
    return any(party.head == head and party.kind in ("role", "demonym", "person") for party in parties)
