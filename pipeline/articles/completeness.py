"""Judge whether a page holds all of its article: paywalls, registration walls, and texts that merely begin."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from pipeline.articles.body.paragraphs import key, lines, width
from pipeline.articles.names import Names
from pipeline.articles.phrases import phrases

PROMPT_MAX = 200  # characters; what is longer tells of subscriptions and sells none
TEASER_MAX = 1_200  # width; before a wall stand a few paragraphs, behind it the whole article
FLASH_MAX = 500  # width; the whole of a flash
SUMMARY_MAX = 600  # characters; what a feed gives beyond that is no summary but the text
WALLS = (
    "paywall", "pay-wall", "regwall", "reg-wall", "meterwall", "meter-wall", "metered-wall", "subscriber-only",
    "subscriber-wall", "subscriber-prompt", "subscription-wall", "subscription-prompt",
)  # fmt: skip
BOXED_MAX = 10
PAID_TIERS = frozenset({"locked", "metered", "premium", "paid", "subscriber", "subscription", "registration"})

_STATING = etree.XPath(
    "//meta[@property='article:content_tier' or @name='article:content_tier'] | //*[@itemprop='isAccessibleForFree']"
)
_CUT = re.compile(r"(?:…|\.\.\.)\s*[\])]?$|\[\+\d+ chars\]$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """Whether an outlet asks for money or an account, and whether the page has only the start of the text."""

    is_paywalled: bool
    is_truncated: bool
    reasons: tuple[str, ...]  #: why the one or the other


@dataclass(frozen=True, slots=True, kw_only=True)
class Walls:
    """What a page says of a wall beside its JSON-LD."""

    stated: tuple[str, ...] = ()  #: by content tier and microdata
    boxed: tuple[str, ...] = ()  #: prompts in a box that is named a wall


NO_WALLS = Walls()


def asks_to_pay(line: str) -> bool:
    """Whether a line asks the reader to subscribe or register, or says that only those who did may read on."""
    return len(line) <= PROMPT_MAX and phrases("prompt").found_in(line)


def asks_to_read_on(line: str) -> bool:
    """Whether a line is but a link to the rest of the text: it tells something at the text's end only."""
    return len(line) <= PROMPT_MAX and phrases("read-on").equals(line)


def read_walls(tree: HtmlElement, names: Names | None = None) -> Walls:
    """Read the page's walls; for a tree from which nothing has been taken yet, and its names if they are at hand."""
    boxed = dict.fromkeys(islice(_boxed(names or Names(tree)), BOXED_MAX))
    return Walls(stated=tuple(dict.fromkeys(_stated(tree))), boxed=tuple(boxed))


def judge(
    text: str,
    *,
    prompts: Sequence[str] = (),
    walls: Walls = NO_WALLS,
    is_free: bool | None = None,
    feed_summary: str = "",
) -> Completeness:
    """Judge a body's text by the *prompts* left out of it, the page's walls, schema.org's isAccessibleForFree and
    what the feed says of the article.

    A wall alone does not make a text truncated: many pages hold it whole behind theirs. Boxes count beside a text that
    looks like a teaser: many pages hold one that a reader may or may not get to see.
    """
    stated = [
        *(["isAccessibleForFree is false"] if is_free is False else []),
        *walls.stated,
        *filter(asks_to_pay, prompts),
    ]
    cuts = list(_cuts(text, stated, [*prompts, *walls.boxed], feed_summary))
    asking = stated or [prompt for prompt in walls.boxed if cuts]
    return Completeness(
        is_paywalled=bool(asking), is_truncated=bool(cuts), reasons=tuple(dict.fromkeys((*asking, *cuts)))
    )


def _cuts(text: str, stated: Sequence[str], prompts: Sequence[str], feed_summary: str) -> Iterator[str]:
    if _CUT.search(text):
        yield f"the text ends with {text[-20:]!r}"
    if prompts and width(text) <= TEASER_MAX:
        yield f"only {len(text):,} characters beside {prompts[0]!r}"
    elif stated and width(text) <= FLASH_MAX:
        yield f"only {len(text):,} characters"
    if len(text) / 2 < len(feed_summary) <= SUMMARY_MAX and key(text) in key(feed_summary):
        yield "no more text than in the feed's summary"


def _stated(tree: HtmlElement) -> Iterator[str]:
    for element in _STATING(tree):
        value = (element.get("content") or element.text_content()).strip().lower()
        if value in PAID_TIERS:
            yield f"the content tier is {value}"
        elif value == "false":
            yield "isAccessibleForFree is false"


def _boxed(names: Names) -> Iterator[str]:
    for element in names.holding(WALLS):
        if not _is_hidden(element):
            yield from filter(asks_to_pay, lines(element))


def _is_hidden(element: HtmlElement) -> bool:
    style = element.get("style", "").replace(" ", "")
    return "display:none" in style or element.get("hidden") is not None
