"""How long a feed asks to be left alone: <ttl> of RSS 2.0, and the syndication module of RSS 1.0."""

import re
from datetime import timedelta

WAIT_MAX = timedelta(days=366)  # more than "yearly" is nonsense
_PERIODS = {"hourly": 1 / 24, "daily": 1.0, "weekly": 7.0, "monthly": 30.0, "yearly": 365.0}


def wait(ttl: str, update_period: str, update_frequency: str) -> timedelta | None:
    """Return the longer of what the hints say; None when they say nothing, or nonsense.

    *ttl* in minutes; *update_frequency* is how many times in each *update_period* the feed changes.
    """
    hints = [timedelta(minutes=_whole(ttl)), _between_updates(update_period, update_frequency)]
    return max((hint for hint in hints if timedelta() < hint <= WAIT_MAX), default=None)


def _between_updates(period: str, frequency: str) -> timedelta:
    days = _PERIODS.get(period.strip().lower(), 0.0)
    times = _whole(frequency) if frequency.strip() else 1
    return timedelta(days=days / times) if times else timedelta()


def _whole(text: str) -> int:
    return int(text) if re.fullmatch(r"\s*[0-9]{1,7}\s*", text) else 0
