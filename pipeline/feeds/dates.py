"""Instants of feeds: feedparser's own reading is not used, see pipeline/language/instants.py."""

from datetime import UTC, datetime, tzinfo

from pipeline.language.instants import read_instant

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # what a program writes that has no date
_YEAR_MIN = 1600


def instant(text: str, zone: tzinfo = UTC) -> datetime | None:
    """Return the instant in UTC, in whole seconds; None for what is none. A day begins where the outlet is.

    *zone* is the outlet's: it holds where the text names none, and decides what a name means that it uses itself.
    """
    stated = read_instant(text, zone)
    if stated is None:
        return None
    local = stated.at if stated.precision == "instant" else stated.at.replace(tzinfo=zone)
    try:
        at = local.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        return None
    return at if at.year >= _YEAR_MIN and at != _EPOCH else None
