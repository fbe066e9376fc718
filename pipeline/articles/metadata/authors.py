"""Names of authors out of what pages have in the place of names."""

import re
from collections.abc import Callable, Iterable

from pipeline.articles.agencies import find_agency
from pipeline.articles.metadata.plain import folded

NAME_MAX = 100  #: characters
UNCASED_MAX = 30
AGENCY_MAX = 40
AUTHORS_MAX = 50

_NOT_NAMES = re.compile(r"(?<!\S)(?:https?://|www\.|[^\s@]*@)\S*|\([^()]*\)|\[[^\[\]]*\]", re.IGNORECASE)
_BY = r"(?:written|posted|published|reported|reporting|words|story|text|compiled) by|by"
_BY_ELSEWHERE = r"von|par|por|door|przez|av|af|di|от"  # of names too: only what surely is a byline is led by them
_SAID_TO_BE = (
    r"authors?|auteurs?|autor(?:e[ns]?|a|as|i)?|автор|авторы|текст|text[eo]?|testo|文|撰文|作者|記者|责编|编辑|글|기자"
)
_LEADER = re.compile(rf"\s*(?:(?:{_BY})\b ?:? ?|(?:{_SAID_TO_BE}) ?[:：] ?)", re.IGNORECASE)
_LEADER_OF_BYLINE = re.compile(rf"{_LEADER.pattern}|\s*(?:{_BY_ELSEWHERE}) ", re.IGNORECASE)
_LINE = re.compile(r"\s*(?:[;|｜\n•、]|\s[/·]\s)\s*")
_AFTER_DASH = re.compile(r"\s[–—-]\s.*")
_AND = r"and|&|und|et|y|e|и|та|i|ve|och|og|en|with|mit|avec|con"
_PART = re.compile(rf"\s*[,，]\s*(?:(?:{_AND})\s+)?|\s+(?:{_AND})\s+", re.IGNORECASE)
_PAIR = re.compile(r"([^,，]+)[,，]\s*(\S+)\Z")
_TITLE = re.compile(r"\s*,\s*((?:jr|sr|ii|iii|iv|ph\.? ?d|m\.? ?d|esq|mbe|obe|cbe)\b\.?)", re.IGNORECASE)
_ORGANISATION = re.compile(r"\b(?:of|for)\b")

_ROLE = re.compile(
    r"\b(?:editors?|editorial|correspondents?|reporters?|journalists?|writers?|staff|columnists?|producers?|contributors?|"
    r"bureau|desk|newsroom|analysts?|photographers?|director|chief|agency|agencies|team|professor|lecturer|fellow|"
    r"redakt\w+|korrespondent\w*|journaliste\w*|r[ée]daction|redacci[óo]n|redazione|periodista|corresponsal|giornalista|"
    r"корреспондент\w*|редактор\w*|редакция|журналист\w*|muhabir\w*|edit[öo]r\w*)\b",
    re.IGNORECASE,
)
_ROLE_AFTER = re.compile(r"\s+(?:선임|수습)?(?:기자|특파원|記者|记者)\Z")
_PLACE_AFTER = re.compile(r"(?<=\w)\s+in\s+[A-Z][^\d,]{2,40}\Z")
_FULL_STOP = re.compile(r"(?<=[^\W\d]{4})\.\Z")  # but not that of "Jr."
_SLUG = re.compile(r"[a-z\d]+(?:[-_.][a-z\d]+)+|[\d\s.]+")
_NOBODY = frozenset({"", "admin", "administrator", "anonymous", "author", "guest", "n a", "none", "null", "root",
                     "undefined", "unknown", "user", "webmaster", "wordpress", "by", "follow"})  # fmt: skip
_PARTICLES = frozenset({"al", "bin", "bint", "da", "de", "del", "den", "der", "di", "do", "dos", "du", "e", "el", "ibn",
                        "ter", "van", "von", "y", "zu"})  # fmt: skip


def split_names(text: str, *, is_byline: bool = False, is_inverted: bool = False) -> list[str]:
    """Return the names in a text such as "By A. Okoro and B. Ruiz, Political Editor", roles and places left out.

    A comma or an "and" parts names only where each part could be one: of two words or more, or an agency. With
    *is_byline* the text is one that readers see, so it may begin with "von"; with *is_inverted* it is one of
    a library's catalogue, so "Ruiz, B. C." is one name.
    """
    lines = _LINE.split(_NOT_NAMES.sub(" ", text).strip())
    leader = _LEADER_OF_BYLINE if is_byline else _LEADER
    led = (line[found.end() :] if (found := leader.match(line)) else line for line in lines)
    parts = [part for line in led for part in _parts(_AFTER_DASH.sub("", line), is_inverted)]
    names = [name for part in parts if (name := _trimmed(part))]
    return [name for name in names if not _ROLE.search(name)] or names


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """The names, those that only differ in case or marks once; what one place shouts is as another writes it."""
    found: dict[str, str] = {}
    for name in names:
        key = folded(name)
        if key not in found or (found[key].isupper() and not name.isupper()):
            found[key] = name
    return tuple(found.values())[:AUTHORS_MAX]


def without_outlet(names: Iterable[str], is_outlet: Callable[[str], bool]) -> list[str]:
    """The names without that of the outlet, unless there is no other."""
    names = list(names)
    return [name for name in names if not is_outlet(name)] or names


def looks_like_a_name(text: str, *, is_surely_one: bool) -> bool:
    """Tell whether visible text could be a name: up to five words that begin with capitals.

    In scripts without capitals all short text could be; it is believed where markup *is_surely_one*.
    """
    words = text.split()
    if not words or any(character.isdigit() for character in text):
        return False
    if text.lower() == text.upper():
        return is_surely_one and len(text) <= UNCASED_MAX
    are_capital = words[0][0].isupper() and all(word[0].isupper() or word in _PARTICLES for word in words)
    return _is_agency(text) or (2 <= len(words) <= 5 and are_capital)


def _parts(line: str, is_inverted: bool) -> list[str]:
    line = _TITLE.sub(r" \1", line)
    if line.count(",") == 1:
        first, last = (" ".join(part.split()) for part in line.split(","))
        lone = [" " not in part for part in (first, last)]
        if (any(lone) if is_inverted else all(lone)) and not any(map(_is_agency, (first, last))):
            return [f"{last} {first}"]
        if lone == [False, True] or (lone[1] and _is_agency(first) and not _is_agency(last)):
            line = first  # what follows is where she is, or for whom
    parts = [part.strip() for part in _PART.split(line)]
    are_names = all(" " in part or _ROLE.fullmatch(part) for part in parts) or any(map(_is_agency, parts))
    return parts if are_names and not _ORGANISATION.search(line) else [line]


def _trimmed(name: str) -> str:
    name = _FULL_STOP.sub("", _ROLE_AFTER.sub("", " ".join(name.split()).strip(" ,:·-–—/")))
    placeless = _PLACE_AFTER.sub("", name)
    name = placeless if " " in placeless or _is_agency(placeless) else name
    is_name = len(name) <= NAME_MAX and folded(name) not in _NOBODY and not _SLUG.fullmatch(name)
    return name if is_name else ""


def _is_agency(name: str) -> bool:
    return len(name) <= AGENCY_MAX and find_agency(name) is not None
