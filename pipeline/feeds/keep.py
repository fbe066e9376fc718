"""Which items of a feed can be used; and for each that cannot, a sentence that says why."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.feeds.parsed import Item
from pipeline.feeds.text import shortened
from pipeline.urls import absolute, has_credentials

ITEMS_MAX = 2_000  #: of one feed
PROBLEMS_MAX = 20
TITLE_LENGTH, URL_LENGTH = 60, 100
_PASSWORD = re.compile(r"//[^/\s]*@")


def keep(items: Iterable[Item], base: str) -> tuple[tuple[Item, ...], list[str]]:
    """Return the items with absolute addresses, the first of each address, and what is wrong with those of no use.

    *base*: what relative addresses stand against.
    """
    kept: dict[str, Item] = {}
    problems = []
    for number, item in enumerate(items, 1):
        url = absolute(base, item.url)
        if reason := _reason(item, url):
            problems.append(f"item {number}{_title(item)} {reason}")
        elif url not in kept:
            kept[url] = item if item.guid and item.url == url else replace(item, guid=item.guid or url, url=url)
    return tuple(kept.values()), problems


def not_read(count: int) -> str:
    """Return the sentence about a feed of which only so many items were read."""
    return f"the items after the first {count:,} were not read"


def capped(problems: Sequence[str]) -> tuple[str, ...]:
    """Return the first problems, and how many more there are."""
    more = len(problems) - PROBLEMS_MAX
    return (*problems[:PROBLEMS_MAX], f"and {more:,} more") if more > 0 else tuple(problems)


def _reason(item: Item, url: str) -> str:
    if not item.url:
        return "has no link"
    if not url:
        return f"links to {shortened(_PASSWORD.sub('//…@', item.url), URL_LENGTH)}, which is no http(s) address"
    return "links to an address with a user name or password" if has_credentials(url) else ""


def _title(item: Item) -> str:
    return f" '{shortened(item.title, TITLE_LENGTH)}'" if item.title else ""
