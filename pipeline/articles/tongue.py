"""Tell the language of a text: py3langid on the text, weighed with what the page states."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

SAMPLE = 400  # characters, of the beginning and of the middle
STATED_ODDS = 140  # how much likelier the stated language is, before the text is read, than any one of the others
STATED_ALONE = 0.5  # confidence in what no text supports
CHANCE_MIN = 0.05  # of the best; where no feature of any language is found, all are as likely
UNKNOWN = "und"
NO_LANGUAGE = frozenset({"zxx", "und", "mul", "mis"})
#: Codes that mean a language for which the archive has another code: old ones, dialects, varieties of one script.
SAME = {
    "ary": "ar", "arz": "ar", "hbo": "he", "iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no", "prs": "fa",
    "fil": "tl", "mo": "ro", "sdh": "ckb", "uzs": "uz", "wuu": "zh", "yue": "zh", "cmn": "zh", "sh": "sr",
}  # fmt: skip
#: Languages that the model does not know, or takes another for too easily, by what it finds in their texts.
TAKEN_FOR = {
    "pcm": "en",
    "ti": "am", "rn": "rw", "ny": "sn", "sd": "ur", "nd": "zu", "ss": "zu", "ve": "sn", "ts": "zu", "cnr": "sr",
    "yi": "he", "mai": "hi", "bho": "hi", "tet": "pt", "din": "so", "kr": "ha",
}  # fmt: skip

_CODE = re.compile(r"\s*([a-z]{2,3})(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """A text's language."""

    code: str  #: ISO 639, of two letters where there are such; "und" when nothing tells
    confidence: float  #: 0–1, the probability that it is this one


def read_language(text: str, stated: str | None) -> Tongue:
    """Return the likeliest language, given the text and what the page states (BCP 47).

    The less text there is, the more the statement weighs: it decides between neighbours such as Croatian and Serbian,
    for texts that are too short to tell, and for languages that the model does not know.
    """
    chances, code = _chances(_sample(text)), _code(stated or "")
    if not chances:
        return Tongue(code=code or UNKNOWN, confidence=STATED_ALONE if code else 0.0)
    if code:
        chances[code] = STATED_ODDS * chances.get(code, chances.get(TAKEN_FOR.get(code, ""), 0.0))
    best = max(chances, key=lambda known: chances[known])
    return Tongue(code=best, confidence=round(chances[best] / sum(chances.values()), 4))


def _chances(text: str) -> dict[str, float]:
    """Probability of each language that the model knows, by the text alone; nothing when it holds no language."""
    chances: dict[str, float] = defaultdict(float)
    for code, probability in _identifier().rank(text):
        chances["en" if code == "pcm" else SAME.get(code, code)] += probability  # short English passes for pidgin
    best = max(chances, key=lambda code: chances[code])
    return dict(chances) if chances[best] >= CHANCE_MIN and best not in NO_LANGUAGE else {}


def _sample(text: str) -> str:
    middle = len(text) // 2
    return text if len(text) <= 2 * SAMPLE else f"{text[:SAMPLE]} {text[middle : middle + SAMPLE]}"


def _code(stated: str) -> str | None:
    code = match.group(1).lower() if (match := _CODE.match(stated)) else ""
    return None if code in NO_LANGUAGE else SAME.get(code, code) or None


@cache
def _identifier() -> LanguageIdentifier:
    """Normalized probabilities of its version 0.4 are calibrated for texts of any length."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
