"""When an article is fetched once more, so that its corrections are seen. Pure.

A third of articles are changed after publication, most of these within the first hours.
"""

from datetime import datetime, timedelta

REFETCH_AFTER = (timedelta(hours=1), timedelta(hours=24))


def next_fetch_at(published_at: datetime | None, seen_at: datetime, captured_at: datetime) -> datetime | None:
    """The first instant, an hour and a day after publication, that a capture has not covered yet.

    *seen_at* stands in for a publication that is not known, or said to be later than its feed's entry was seen.
    """
    since = min(published_at or seen_at, seen_at)
    return next((since + wait for wait in REFETCH_AFTER if since + wait > captured_at), None)
