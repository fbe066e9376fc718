"""What an exchange fails with, and whether to ask again."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from pipeline.errors import RecordError
from pipeline.feeds.health import FailureKind
from pipeline.io.archive import Response

NOT_MODIFIED = 304
TEMPORARY_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504, *range(520, 531)})  # 520 to 530: Cloudflare's
RETRY_AFTER_MAX = timedelta(hours=24)


class FetchError(RecordError):
    """An exchange that gave nothing usable.

    *failure*: "hard" would be the same again, "temporary" may not; "soft" is an answer that says it is well but
    is not what was asked for, as only its reader can tell.
    """

    def __init__(
        self,
        message: str,
        failure: FailureKind = "hard",
        *,
        status_code: int | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message)
        self.failure, self.status_code, self.retry_after = failure, status_code, retry_after

    @property
    def is_passing(self) -> bool:
        """A later try may succeed."""
        return self.failure == "temporary"


class HostBlocked(FetchError):
    """Nothing was asked: the host is to be left alone until then."""

    def __init__(self, host: str, until: datetime) -> None:
        super().__init__(
            f"{host} is left alone until {until:%Y-%m-%d %H:%M:%S} UTC: it asked for that, does not answer, or is busy",
            "temporary",
        )
        self.until = until


class TooManyRedirects(FetchError):
    """A chain of redirects that was not followed to its end."""


def check_status(response: Response) -> None:
    """Raise FetchError for an answer that is not a success."""
    status = response.status_code
    if 200 <= status < 300:
        return
    raise FetchError(
        f"{response.url}: the server answered {status}",
        "temporary" if status in TEMPORARY_STATUS else "hard",
        status_code=status,
        retry_after=retry_after(response.header("retry-after"), response.captured_at),
    )


def retry_after(value: str, now: datetime) -> timedelta | None:
    """How long a Retry-After header asks to wait, a day at most (RFC 9110, section 10.2.3); none if it is none."""
    value = value.strip()
    if value.isascii() and value.isdecimal():
        return RETRY_AFTER_MAX if len(value) > 5 else min(timedelta(seconds=int(value)), RETRY_AFTER_MAX)
    with suppress(ValueError, OverflowError):  # a date that is none, or beyond all calendars
        at = parsedate_to_datetime(value[:64])
        wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
        return min(max(wait, timedelta()), RETRY_AFTER_MAX)
    return None
