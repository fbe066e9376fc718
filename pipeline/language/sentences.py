"""Split text into sentences by character offsets, in linear time."""

import re

_BLANK_LINE = re.compile(r"\n+")
#: A possible end: stops, then closing quotes or brackets, then space.
_STOP = re.compile(r"""(?P<stop>(?<![.!?…])[.!?…]++|[。！？])(?P<close>["'”’»)\]]*+)(?P<space>\s+|$)""")
_LAST_WORD = re.compile(r"([\w.’'-]+)$")
_OPENING = "\"'“‘«([—-`_*"
#: After these a sentence goes on, whatever follows.
_TITLES = frozenset(
    [
        "mr", "mrs", "ms", "dr", "prof", "gen", "lt", "col", "maj", "capt", "sgt", "cpl", "pvt",
        "adm", "cmdr", "gov", "sen", "rep", "reps", "sens", "rev", "hon", "st", "mt", "ft", "pres",
        "supt", "insp", "det", "amb", "fr", "brig", "messrs", "mme", "mlle", "vs", "v", "no", "nos",
        "art", "fig", "al", "e.g", "i.e", "cf", "approx",
    ]
)  # fmt: skip
#: After these it goes on unless a capital follows that starts a sentence often.
_ABBREVIATIONS = frozenset(
    [
        "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "mon",
        "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun", "inc", "ltd", "co",
        "corp", "bros", "etc", "jr", "sr", "dept", "univ", "assn", "ave", "blvd", "rd", "a.m",
        "p.m", "u.s", "u.n", "u.k", "e.u", "d.c", "ph.d", "calif", "fla", "pa", "va", "md", "mass",
        "conn", "ill", "ind", "mich", "minn", "tex", "ariz", "colo", "wash", "ore",
    ]
)  # fmt: skip
_STARTERS = frozenset(
    [
        "the", "a", "an", "he", "she", "it", "they", "we", "i", "you", "this", "that", "these",
        "those", "in", "on", "at", "but", "and", "however", "his", "her", "its", "their", "there",
        "when", "while", "as", "after", "according", "for", "if", "since", "police", "officials",
        "meanwhile", "earlier", "some", "no",
    ]
)  # fmt: skip


def split_sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Return [start, end) of each sentence, in order, without the space around it.

    A line break ends a sentence. Abbreviations, initials and decimals do not; neither does a stop before
    lower case.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for line in _BLANK_LINE.finditer(text):
        _split_line(text, start, line.start(), spans)
        start = line.end()
    _split_line(text, start, len(text), spans)
    return tuple(spans)


def _split_line(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> None:
    for match in _STOP.finditer(text, start, end):
        if match.end() < end and _is_end(text, start, match, end):
            _add(text, start, match.end("close"), spans)
            start = match.end()
    _add(text, start, end, spans)


def _add(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))


def _is_end(text: str, start: int, match: re.Match[str], end: int) -> bool:
    following = text[match.end() : min(match.end() + 24, end)].lstrip(_OPENING)
    if following and following[0].islower():
        return False
    if match["stop"] != "." or match["close"]:
        return True
    before = _LAST_WORD.search(text, max(start, match.start() - 24), match.start())
    return before is None or _ends_after(before[1], following, before.start() == start)


def _ends_after(word: str, following: str, is_first: bool) -> bool:
    lower = word.lower()
    if lower in _TITLES:
        return False
    next_word = re.match(r"\w*", following)
    starts = bool(next_word) and next_word is not None and next_word[0].lower() in _STARTERS
    if lower in _ABBREVIATIONS or re.fullmatch(r"(?:[a-z]\.)+[a-z]", lower):
        return starts
    if len(word) == 1 and word.isupper():  # an initial, or a point such as "Plan B."
        return starts and not is_first
    return not (is_first and word.isdigit())
