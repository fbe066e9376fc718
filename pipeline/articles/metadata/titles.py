"""The headline of an article, out of the titles that its page has, without the name of the site beside it."""

import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline.articles.metadata.plain import folded
from pipeline.urls import host_key

START, SHARED = 3, 0.8  #: words, share of words
HEADLINE_MAX = 110  #: characters of a headline in linked data by the advice of search engines; some cut it there

#: Between a headline and what is not of it: in spaces, or a mark that no headline has.
_SEPARATOR = re.compile(r"\s[-–—|·•*»›~:/]+\s|\s?[|｜ㅣ：]\s?|--")
_WORD = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]|[^\s\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]+")
CUT_SHORT = re.compile(r"(?:…|\.\.\.|\[…\])\Z")
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gob", "gov", "ne", "net", "or", "org"})
_OF_MANY_SITES = frozenset({"com", "digital", "live", "news", "newspaper", "online", "the", "tv"})


class Site:
    """The names of a site, to tell them from headlines and authors."""

    def __init__(self, names: Iterable[str], url: str, sections: Iterable[str] = ()) -> None:
        self._keys = {key for name in (*names, *_names_in(host_key(url))) for key in _keys(name)}
        self._sections = set(map(folded, sections))

    def is_named(self, text: str) -> bool:
        """Tell whether the text is a name of the site, be it with "The", "News" or "Online"."""
        return not self._keys.isdisjoint(_keys(text))

    def without_name(self, title: str) -> str:
        """The title without the name of the site, all that follows it, and the section before it."""
        pieces = list(_pieces(title))
        if len(pieces) > 1 and self.is_named(title[slice(*pieces[0])]):
            pieces = pieces[1:]
        last = next((n for n, piece in enumerate(pieces) if n and self.is_named(title[slice(*piece)])), 0)
        kept = pieces[:last] or pieces
        while last and len(kept) > 1 and folded(title[slice(*kept[-1])]) in self._sections:
            kept = kept[:-1]
        return title[kept[0][0] : kept[-1][1]].strip()


def choose_title(stated: Iterable[str], social: str, headings: Sequence[str], document: str) -> str | None:
    """Return the headline; None when the page has none that is surely one.

    *stated* are titles that are nothing but headlines, the best first; *social* is the one for other sites (og:title),
    *headings* what the page shows largest, *document* its <title>. Without a stated one the heading counts that
    agrees with another title. A headline that was cut short is completed. Where the social one only leaves out words,
    it is the headline, and the longer one has them for search engines.
    """
    agreeing = (text for text in headings if _agree(text, social) or _agree(text, document))
    title = next((text for text in (*stated, next(agreeing, ""), social) if text), None)
    if title is None:
        return None
    title = _completed(title, (*headings, social, document))
    return social if _leaves_out_words(social, title) and not CUT_SHORT.search(social) else title


def heading(headings: Sequence[str], title: str) -> str:
    """What a reader sees as the headline: the heading that agrees with the title, or the only one; empty for none."""
    agreeing = (text for text in headings if _agree(text, title))
    return next(agreeing, headings[0] if len(headings) == 1 else "")


def _completed(title: str, others: Iterable[str]) -> str:
    stem = CUT_SHORT.sub("", title).strip()
    if stem == title and len(title) < HEADLINE_MAX - 10:
        return title
    return next((text for text in others if len(text) > len(stem) and text.startswith(stem)), title)


def _leaves_out_words(shorter: str, longer: str) -> bool:
    """Tell whether the first text begins as the other does, and has hardly a word that the other has not."""
    words, others = _words(shorter), _words(longer)
    shared = sum(map(set(others).__contains__, words))
    return len(words) < len(others) and words[:START] == others[:START] and shared >= SHARED * len(words) > 0


def _agree(text: str, other: str) -> bool:
    """Tell whether the one with fewer words has at least half of them in common with the other."""
    words, others = set(_words(text)), set(_words(other))
    return bool(words and others) and 2 * len(words & others) >= min(len(words), len(others))


def _words(text: str) -> list[str]:
    """The words in order; of scripts that part none (Thai, Chinese, Japanese), the characters."""
    return _WORD.findall(folded(text))


def _pieces(title: str) -> Iterator[tuple[int, int]]:
    """Where the parts of the title between separators begin and end."""
    start = 0
    for separator in _SEPARATOR.finditer(title):
        yield start, separator.start()
        start = separator.end()
    yield start, len(title)


def _names_in(host: str) -> Iterator[str]:
    """The host without www, and each part of it that could be a name: not "com" or "co.uk", not "m" or "fr"."""
    labels = host.removeprefix("www.").split(".")
    yield " ".join(labels)
    own = labels[:-1] if labels[-2:-1] and labels[-2] not in _SECOND_LEVEL else labels[:-2]
    yield from (label for label in own if len(label) > 2 or len(own) == 1)


def _keys(name: str) -> set[str]:
    words = folded(name).split()
    own = [word for word in words if word not in _OF_MANY_SITES]
    return {"".join(words), "".join(word for word in words if word != "the"), "".join(own or words)} - {""}
