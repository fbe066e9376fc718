"""Coverage accounting: was a source quiet, or was its feed dead? Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

State = Literal["normal", "low", "high", "silent", "quiet", "failing", "dead", "unpolled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What one source gave on one day, against what is normal for it."""

    day: date
    source_id: str
    feed_count: int
    answered_feed_count: int  #: feeds that answered at least one poll
    entry_count: int  #: entries first seen that day
    page_count: int
    rejected_count: int  #: addresses that gave no page or no article
    article_count: int
    articles_min: int | None
    articles_max: int | None
    state: State


def coverage_state(
    *,
    polled: bool,
    answered_feed_count: int,
    rejected_count: int,
    article_count: int,
    articles_min: int | None,
    articles_max: int | None,
) -> State:
    """Name the source's day.

    unpolled: never asked · dead: asked, no feed answered · failing: it listed articles and none could be had ·
    silent: nothing where something is normal · quiet: nothing, and that may be · low, high: outside of normal.
    """
    if not polled:
        return "unpolled"
    if not answered_feed_count:
        return "dead"
    if not article_count and rejected_count:
        return "failing"
    if not article_count:
        return "silent" if articles_min else "quiet"
    if articles_min is not None and article_count < articles_min:
        return "low"
    return "high" if articles_max is not None and article_count > articles_max else "normal"
