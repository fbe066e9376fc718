"""Lemmas of nouns and verbs: a list of irregular forms, and rules that undo what an ending does to spelling.

Of what the rules give, the first known word is taken, as WordNet's morphy does (Fellbaum 1998), else the likeliest.
Learned edit trees name the letters that they change, and so err on what the treebank rarely has: "indicted", "Gunmen",
capitals. They decide the other parts of speech.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files

from spacy.language import Language
from spacy.tokens import Doc

FORM_MAX = 40  #: letters; what is longer is no word

_ENDINGS = {"NNS": "s", "VBZ": "s", "VBD": "ed", "VBN": "ed", "VBG": "ing"}
_BASE_TAGS = frozenset({"NN", "VB", "VBP"})
_SIBILANT = re.compile(r"(?:ch|sh|ss|x)e$")
_DOUBLED = re.compile(r"(?:(?<=..)([bdgkmnprtvz])\1|[aeiouy].*[aeiou]ll)$")
_DROPS_E = re.compile(
    r"""(?: ^[^aeiou]*[aeiouy][^aeiouwxy]                           # hope: "hop" would have doubled
          | [^aeiou][cuvz] | [^aeious]s | [aeiou][cgsuvz]           # force, argue, cleanse, raise
          | [bcdfgkpstz]l | [dlr]g | [aeiou]ng | [eo][aeo]th        # topple, charge, change, breathe
          | [^e]at | [^aeiou](?:[iu][bd]|i[lr]|u[rt]|am|[cs]ed)     # relocate, inscribe, compile, persecute, rename
          )$""",
    re.VERBOSE,
)


class Lemmas:
    """A component that settles lemmas of nouns and verbs, in lower case; *is_known* tells whether a word exists."""

    def __init__(self, is_known: Callable[[str], bool]) -> None:
        self._is_known = is_known

    def __call__(self, doc: Doc) -> Doc:
        """Settle the lemmas of *doc* in place, and return it."""
        for token in doc:
            if token.pos_ in ("NOUN", "VERB"):
                token.lemma_ = self.lemma(token.lower_, token.pos_, token.tag_, token.lemma_.lower())
        return doc

    def lemma(self, form: str, pos: str, tag: str, learned: str) -> str:
        """Return the lemma of *form*, in lower case, of universal tag *pos* and Penn tag *tag*."""
        irregular = _irregular(pos).get(form)
        if tag in _BASE_TAGS and irregular != "be":
            return form
        if irregular:
            return irregular
        return self._regular(form, _ENDINGS[tag]) or learned if tag in _ENDINGS else learned

    def _regular(self, form: str, ending: str) -> str:
        """Return the lemma that the rules find, or nothing."""
        bases = list(_bases(form, ending)) if form.isalpha() and len(form) <= FORM_MAX else []
        known = (base for base in bases if self._is_known(base))
        return next(known, bases[0]) if bases else ""


def make_lemmas(nlp: Language, name: str) -> Lemmas:
    """Return the component for *nlp*, to which words with a vector are known."""
    return Lemmas(nlp.vocab.has_vector)


@cache
def _irregular(pos: str) -> Mapping[str, str]:
    """Return lemmas by irregular form."""
    text = files(__package__).joinpath("irregular.toml").read_text(encoding="utf-8")
    table: dict[str, str] = tomllib.loads(text)[pos]
    return {form: lemma for lemma, forms in table.items() for form in (*forms.split(), lemma)}


def _bases(form: str, ending: str) -> Iterator[str]:
    """Yield the words that *form* may be an inflection of, likelier ones first."""
    if ending == "s" and form.endswith("men"):
        yield form[:-2] + "an"
    stem = form.removesuffix(ending)
    if len(stem) > 1 and stem != form:
        yield from _before_s(stem) if ending == "s" else _before_vowel(stem, ending)


def _before_s(stem: str) -> Iterator[str]:
    if stem.endswith("ie") and len(stem) > 3:
        yield stem[:-2] + "y"
    if _SIBILANT.search(stem):
        yield stem[:-1]
    yield stem
    yield stem.removesuffix("e")


def _before_vowel(stem: str, ending: str) -> Iterator[str]:
    if ending == "ed" and stem.endswith("i"):
        yield stem + "e" if len(stem) < 3 else stem[:-1] + "y"
    if _DROPS_E.search(stem):
        yield stem + "e"
    if _DOUBLED.search(stem):
        yield stem[:-1]
    yield stem
    yield stem + "e"
