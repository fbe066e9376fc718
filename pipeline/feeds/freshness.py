"""How long an answer says that it stays fresh (RFC 9111, sections 4.2.1 and 5.2.2). Pure."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})\b", re.IGNORECASE)
_NEVER_FRESH = re.compile(r"(?:^|[\s,])no-(?:cache|store)\b", re.IGNORECASE)


def freshness(cache_control: str, expires: str, age: str, now: datetime) -> timedelta | None:
    """Time for which a shared copy need not be asked again; None when the headers do not say, or make no sense."""
    if _NEVER_FRESH.search(cache_control):
        return None
    if found := _MAX_AGE.search(cache_control):
        fresh = timedelta(seconds=int(found[1])) - timedelta(seconds=_whole(age))
    else:
        fresh = _until(expires, now)
    return fresh if fresh > timedelta() else None


def _whole(age: str) -> int:
    return int(age) if re.fullmatch(r"[0-9]{1,9}", age) else 0


def _until(http_date: str, now: datetime) -> timedelta:
    try:
        instant = parsedate_to_datetime(http_date)
    except (ValueError, TypeError, OverflowError):  # "0" and "-1" are customary for: already stale
        return timedelta()
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)) - now
