"""Words of a sentence with their offsets."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
    (?:[A-Za-z]\.){2,}            # U.S., a.m.
  | \d+(?:[.,:]\d+)*(?:st|nd|rd|th)?(?!\w)   # 1,200  4.5  4th
  | \$?\w+(?:[-'’.](?=\w)\w+)*    # cease-fire, al-Shabaab, can't
  | [^\w\s]                       # one mark
    """,
    re.VERBOSE,
)
_POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’])$")


@dataclass(frozen=True, slots=True)
class Word:
    """One word or mark. *lower* has no possessive ending; offsets count in the sentence's own text."""

    text: str
    lower: str
    start: int
    end: int
    is_possessive: bool = False

    @property
    def is_capital(self) -> bool:
        return self.text[0].isupper()


def words_of(sentence: str) -> tuple[Word, ...]:
    """Return the words and marks of *sentence*; "army's" is one word that is possessive."""
    found: list[Word] = []
    for match in _TOKEN.finditer(sentence):
        text, start = match.group(), match.start()
        bare = _POSSESSIVE.sub("", text) if len(text) > 2 else text
        has_tail = text.endswith("s") and sentence[match.end() : match.end() + 1] in ("'", "’")
        is_possessive = bare != text or (has_tail and _closes_a_genitive(sentence, match.end()))
        found.append(Word(bare, bare.lower(), start, start + len(bare), is_possessive))
    return tuple(found)


def _closes_a_genitive(sentence: str, at: int) -> bool:
    """A plural genitive is followed by a word: "the rebels' claim"; a closing quote mostly is not."""
    return bool(re.match(r"['’] [a-z]", sentence[at : at + 3])) and "‘" not in sentence[:at]
