"""Ask one feed what is new: the exchange, the parsing, and what both say about its health."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo

from pipeline.errors import RecordError, StageError
from pipeline.feeds.entries import to_entries
from pipeline.feeds.freshness import freshness
from pipeline.feeds.health import Answer, Failure, FeedHealth, conditions
from pipeline.feeds.parse import ParsedFeed, Part, choose_parts, parse_feed
from pipeline.io.archive import Earlier, Location, Response
from pipeline.io.failures import NOT_MODIFIED, FetchError, HostBlocked, check_status
from pipeline.io.network import Network
from pipeline.records import Entry, Feed
from pipeline.workers import Workers

GONE = 410
PART_SLACK = timedelta(days=1)  # many sitemaps say only on which day a part has changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking one feed."""

    feed: Feed
    health: FeedHealth  #: before
    at: datetime
    captures: Sequence[Location]
    response: Response | None = None
    parsed: ParsedFeed | None = None  #: none when it is as it was, or failed
    entries: Sequence[Entry] = ()
    error: Exception | None = None

    def answer(self) -> Answer:
        """The answer for the feed's health."""
        assert self.response
        given = Answer(
            at=self.at,
            is_changed=self.parsed is not None,
            etag=self._validator("etag", self.health.etag),
            last_modified=self._validator("last-modified", self.health.last_modified),
            address_ids=[entry.address_id for entry in self.entries],
            published=[date for entry in self.entries if (date := entry.published_at or entry.updated_at)],
            wait=self._wait(self.response),
            moved_to=self.response.moved_to,
        )
        if not self.parsed:
            return given
        if self.parsed.kind == "sitemap-index":  # it does not tell whether its parts have changed: ask for all of it
            return replace(given, etag=None, last_modified=None)
        return replace(
            given,
            payload_digest=self.captures[-1].payload_digest,
            captured_at=self.captures[-1].captured_at,
            captured_url=self.captures[-1].url,
        )

    def _validator(self, name: str, before: str | None) -> str | None:
        """What stands now: an answer 304 may leave out what has not changed (RFC 9110, section 15.4.5)."""
        assert self.response
        given = self.response.header(name) or None
        return given or before if self.response.status_code == NOT_MODIFIED else given

    def failure(self) -> Failure:
        """The failure for the feed's health: soft where an answer came that was no feed."""
        assert self.error
        if not isinstance(self.error, FetchError):
            return Failure(at=self.at, kind="soft", message=str(self.error))
        pause = self.error.until - self.at if isinstance(self.error, HostBlocked) else self.error.retry_after
        return Failure(
            at=self.at,
            kind=self.error.failure,
            message=str(self.error),
            is_gone=self.error.status_code == GONE,
            retry_after=pause,
        )

    @property
    def is_put_off(self) -> bool:
        """Nothing was asked, as the host wants to be left alone."""
        return isinstance(self.error, HostBlocked) and not self.captures

    @property
    def is_unanswered(self) -> bool:
        """No server said anything: the feed's fault, or that of our own network."""
        return isinstance(self.error, FetchError) and self.error.is_passing and self.error.status_code is None

    def _wait(self, response: Response) -> timedelta | None:
        waits = (
            freshness(response.header("cache-control"), response.header("expires"), response.header("age"), self.at),
            self.parsed.wait if self.parsed else None,
        )
        return max((wait for wait in waits if wait), default=None)


async def ask(network: Network, workers: Workers, feed: Feed, health: FeedHealth, day: date, zone: tzinfo) -> Asked:
    """Ask one feed; *zone* is the outlet's, for instants that name none.

    What goes wrong with the feed is in the answer; StageError is raised for our own troubles.
    """
    at, captures = datetime.now(UTC), list[Location]()
    unanswered = Asked(feed=feed, health=health, at=at, captures=captures)
    try:
        response = await network.get(health.address, conditions(health, at), _earlier(health), captures)
        if _is_unchanged(response, captures, health):
            return replace(unanswered, response=response)
        check_status(response)
        parsed = await _parse(workers, response, zone)
        parsed = await _with_parts(network, workers, parsed, health, captures, zone)
        entries = to_entries(feed, parsed.items, day, at)
        return replace(unanswered, response=response, parsed=parsed, entries=entries)
    except StageError:
        raise
    except Exception as error:
        return replace(unanswered, error=error)


def _earlier(health: FeedHealth) -> Earlier | None:
    if health.captured_at is None or health.captured_url is None or health.payload_digest is None:
        return None
    return Earlier(url=health.captured_url, captured_at=health.captured_at, payload_digest=health.payload_digest)


def _is_unchanged(response: Response, captures: Sequence[Location], health: FeedHealth) -> bool:
    if health.payload_digest is None:
        return False
    is_same = 200 <= response.status_code < 300 and captures[-1].payload_digest == health.payload_digest
    return is_same or response.status_code == NOT_MODIFIED


async def _parse(workers: Workers, response: Response, zone: tzinfo) -> ParsedFeed:
    return await workers.run(parse_feed, response.body, response.header("content-type"), response.final_url, zone)


async def _with_parts(
    network: Network,
    workers: Workers,
    index: ParsedFeed,
    health: FeedHealth,
    captures: list[Location],
    zone: tzinfo,
) -> ParsedFeed:
    """The items of an index's parts as its own; a part that fails is a problem, unless all of them do."""
    since = health.answered_at - PART_SLACK if health.answered_at else None
    parts = choose_parts(index.parts, since)
    items, problems, error = list(index.items), list(index.problems), None
    for part in parts:
        try:
            found = await _part(network, workers, part, captures, zone)
        except RecordError as failed:
            problems, error = [*problems, str(failed)], failed
        else:
            items, problems = [*items, *found.items], [*problems, *found.problems]
    if error and not items:
        raise FetchError(f"none of its parts can be read: {error}", "temporary" if _is_passing(error) else "soft")
    return replace(index, items=tuple(items), problems=tuple(problems))


def _is_passing(error: RecordError) -> bool:
    return isinstance(error, FetchError) and error.is_passing


async def _part(network: Network, workers: Workers, part: Part, captures: list[Location], zone: tzinfo) -> ParsedFeed:
    response = await network.get(part.url, {}, None, captures)
    check_status(response)
    return await _parse(workers, response, zone)
