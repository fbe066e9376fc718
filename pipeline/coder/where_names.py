"""Which tokens of a sentence name a place: known names, and patterns that make an unknown name one."""

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from pipeline.places.gazetteer import candidates, country_names, is_common
from pipeline.places.names import fold

NAME_MAX = 5  #: words
_AREAS = frozenset(
    ["village", "town", "city", "district", "province", "region", "state", "county", "governorate", "area", "suburb",
     "neighborhood", "neighbourhood", "municipality", "prefecture", "enclave", "peninsula", "island", "islands",
     "valley", "mountain", "mountains", "desert", "forest", "river", "lake", "sea", "ocean", "gulf", "strait", "coast",
     "border", "oblast", "republic", "territory", "capital", "port", "hamlet", "settlement", "borough", "township",
     "highlands", "delta", "bay", "strip", "emirate", "parish", "canton", "department", "division", "quarter"]
)  # fmt: skip
_SITES = frozenset(
    ["airport", "camp", "crossing", "checkpoint", "square", "street", "road", "avenue", "drive", "highway", "bridge",
     "prison", "jail", "hospital", "university", "college", "school", "mosque", "church", "cathedral", "temple",
     "synagogue", "stadium", "park", "hotel", "base", "airbase", "barracks", "station", "embassy", "consulate",
     "palace", "statehouse", "museum", "theatre", "theater", "mall", "market", "headquarters", "centre", "center",
     "building", "factory", "plant", "dam", "mine", "refinery", "shrine", "monastery", "courthouse", "plaza", "hall",
     "bungalow", "house", "terminal", "gate", "outskirts", "farm", "nightclub", "club", "cafe", "restaurant"]
)  # fmt: skip
_POINTS = frozenset(
    [f"{a}{b}" for a in ("north", "south", "") for b in ("east", "west", "eastern", "western", "")]
    + [f"{a}-{b}" for a in ("north", "south") for b in ("east", "west", "eastern", "western")]
    + ["northern", "southern", "central", "upper", "lower", "mainland", "occupied", "downtown", "rural", "inner"]
) - {""}  # fmt: skip
_TITLES = frozenset(
    ["mr", "mrs", "ms", "dr", "president", "minister", "king", "queen", "prince", "senator", "general", "judge", "sir",
     "lord", "lady", "pope", "captain", "colonel", "chief", "sheikh", "ayatollah", "rep", "sen", "gov", "justice"]
)  # fmt: skip
#: Prepositions after which an unknown name is a place.
_IN = frozenset(["in", "near", "outside", "inside", "around"])
_CALENDAR = frozenset(
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
     "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "jan", "feb", "mar",
     "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"]
)  # fmt: skip
_NOT_IN = frozenset(
    ["parliament", "congress", "senate", "islam", "english", "arabic", "christmas", "twitter", "facebook"]
)


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """Tokens [start, end) that name a place; [name_start, name_end) of them are the name alone."""

    start: int
    end: int
    name_start: int
    name_end: int
    is_known: bool  #: the gazetteer has the name
    is_site: bool  #: a building, road or camp
    is_modifier: bool  #: it stands before the noun of something that is no place


def find_place_words(doc: Doc) -> Iterator[PlaceWords]:
    """Yield the places that *doc* names, in order, none overlapping another."""
    at = 0
    while at < len(doc):
        found = _known_at(doc, at) or _unknown_at(doc, at)
        if found is None:
            at += 1
            continue
        yield found
        at = max(found.end, at + 1)


def _known_at(doc: Doc, at: int) -> PlaceWords | None:
    if not _may_begin(doc[at]):
        return None
    for end in range(min(len(doc), at + NAME_MAX), at, -1):
        text = doc[at:end].text
        is_name = end - at > 1 or doc[at].pos_ == "PROPN"
        if is_name and _ends_well(doc[end - 1]) and _is_place(text, end - at) and not _is_person(doc, at, end):
            return _extended(doc, at, end, is_known=True)
    return None


def _may_begin(token: Token) -> bool:
    return token.text[:1].isupper() and fold(token.text) not in _CALENDAR


def _ends_well(token: Token) -> bool:
    return token.text[:1].isupper() or token.text[:1].isdigit()


def _is_place(text: str, count: int) -> bool:
    folded = fold(text)
    if len(folded) < 2 or (text.isupper() and len(folded) <= 3 and folded not in ("us", "usa", "uk", "uae", "drc")):
        return False
    kind = country_names().get(folded, ("", ""))[1]
    if kind == "name":
        return text.isupper() or len(folded) > 2
    return kind != "demonym" and bool(candidates(text)) and not (count == 1 and is_common(text))


def _is_person(doc: Doc, start: int, end: int) -> bool:
    """A name inside a longer one: "Paris Hilton", "Mr Jordan", "Chelsea Clinton"."""
    before = doc[start - 1] if start else None
    if before is not None and before.lower_.rstrip(".") in _TITLES and before.dep_ not in ("root", "ROOT"):
        return True
    if before is not None and before.pos_ == "PROPN" and before.text[:1].isupper() and _joined(before, doc[start]):
        return before.lower_ not in _POINTS and before.lower_ not in _AREAS
    after = doc[end] if end < len(doc) else None
    return after is not None and after.dep_ == "flat" and after.head.i in range(start, end)


def _joined(one: Token, other: Token) -> bool:
    return (other.dep_ == "flat" and other.head.i == one.i) or (one.dep_ == "flat" and other.head.i == one.head.i)


def _unknown_at(doc: Doc, at: int) -> PlaceWords | None:
    """A capitalised name that its surroundings make a place: "the village of X", "X district", "in X"."""
    token = doc[at]
    if token.pos_ != "PROPN" or not _may_begin(token):
        return None
    end = at + 1
    while end < len(doc) and end - at < NAME_MAX and _continues(doc, end):
        end += 1
    words = [doc[n].lower_ for n in range(at, end)]
    follows = doc[end].lower_ if end < len(doc) else ""
    before = [doc[n].lower_ for n in range(max(at - 2, 0), at)]
    is_named = words[-1] in _AREAS | _SITES and len(words) > 1
    is_area = follows in _AREAS | _SITES or (len(before) == 2 and before[1] == "of" and before[0] in _AREAS | _SITES)
    if is_named or is_area or _is_scene(doc, at, end):
        return _extended(doc, at, end, is_known=False)
    return None


def _continues(doc: Doc, at: int) -> bool:
    token = doc[at]
    if token.text[:1].isupper() and token.pos_ == "PROPN":
        return True
    return token.text in ("-", "al", "el", "de", "du", "des", "of") and at + 1 < len(doc) and (
        doc[at + 1].pos_ == "PROPN" and doc[at + 1].text[:1].isupper() and token.text != "of"
    )  # fmt: skip


def _is_scene(doc: Doc, start: int, end: int) -> bool:
    """Whether an unknown name stands where a place would: "killed in Sarrin"."""
    head = doc[start:end].root
    case = [child.lower_ for child in head.children if child.dep_ == "case"]
    is_alone = all(doc[n].head.i in range(start, end) or n == head.i for n in range(start, end))
    words = {doc[n].lower_ for n in range(start, end)}
    is_held = head.dep_ in ("obl", "nmod") and case[:1] != [] and case[0] in _IN and not words & _NOT_IN
    return is_held and is_alone and doc[start - 1].lower_ in _IN if start else False


def _extended(doc: Doc, start: int, end: int, *, is_known: bool) -> PlaceWords:
    """Take in what belongs to the name: "northern …", "… province", "… refugee camp"."""
    first, last = start, end
    while first > 0 and doc[first - 1].lower_ in _POINTS and doc[first - 1].head.i >= first - 1:
        first -= 1
    is_site = any(doc[n].lower_ in _SITES for n in range(start + 1, end))
    for stop in range(end, min(end + 3, len(doc))):
        word = doc[stop].lower_
        if word in _AREAS or word in _SITES:
            last, is_site = stop + 1, is_site or word in _SITES
        elif not (doc[stop].pos_ in ("PROPN", "ADJ", "NOUN") and doc[stop].dep_ in ("compound", "amod", "flat")):
            break
    follows = doc[last] if last < len(doc) else None
    head = doc[start:last].root
    is_modifier = head.dep_ in ("compound", "amod", "flat") and follows is not None and head.head.i >= last
    return PlaceWords(first, last, start, end, is_known, is_site, is_modifier)
