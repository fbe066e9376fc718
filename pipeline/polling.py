"""What comes of asking feeds: what is kept of each answer, and what a run tells of all of them."""

from dataclasses import dataclass, field

from pipeline.batch import rejection
from pipeline.errors import RecordError
from pipeline.feeds.health import FeedHealth, after_answer, after_failure, find_gap
from pipeline.io.ask import Asked
from pipeline.io.polls import Polled, items_key
from pipeline.records import Rejection
from pipeline.urls import host_key

OUTAGE_HOSTS = 3  # that are all silent, before we think of our own network


@dataclass(slots=True)
class Tally:
    """What the polls of one run gave."""

    asked: int = 0
    put_off: int = 0  #: feeds whose host wants to be left alone
    new: int = 0
    unchanged: int = 0
    gaps: int = 0
    left_out: int = 0  #: feeds with items that cannot be used
    failed: list[Rejection] = field(default_factory=list)
    before: list[FeedHealth] = field(default_factory=list)  #: the health of those that failed, as it was
    silent: int = 0  #: feeds for which no server said anything, and their hosts
    silent_hosts: set[str] = field(default_factory=set)

    def add(self, asked: Asked, polled: Polled, new_count: int) -> None:
        """Count one poll that was recorded."""
        self.asked += 1
        self.new += new_count
        self.unchanged += polled.outcome == "unchanged"
        self.gaps += polled.gap is not None
        self.left_out += polled.left_out is not None
        if polled.rejected:
            self.failed.append(polled.rejected)
            self.before.append(asked.health)
        if asked.is_unanswered:
            self.silent += 1
            self.silent_hosts.add(host_key(asked.health.address))

    def is_nothing(self, feed_count: int) -> bool:
        """No feed answered well, and it was too many for that to be theirs alone."""
        is_many = self.asked + self.put_off >= feed_count / 2 or len(self.silent_hosts) >= OUTAGE_HOSTS
        return 0 < self.asked == len(self.failed) and is_many

    def is_outage(self, feed_count: int) -> bool:
        """No server said anything at all: that is our own network."""
        return self.is_nothing(feed_count) and self.silent == self.asked

    def note(self, due_count: int, feed_count: int) -> str:
        """The run in a few words."""
        if not due_count:
            return f"none of {feed_count} feeds is due yet"
        parts = [
            f"{due_count} of {feed_count} feeds due" if due_count < feed_count else "",
            f"{self.unchanged} of {due_count} feeds unchanged" if self.new else "no new entries",
            f"{self.gaps} gap{'s' * (self.gaps > 1)}" if self.gaps else "",
            f"{due_count - self.asked} wait for the next run" if due_count > self.asked else "",
        ]
        return ", ".join(part for part in parts if part)


def polled_from(asked: Asked) -> Polled:
    """What is to be kept of one poll."""
    return _failed(asked, asked.error) if asked.error else _answered(asked)


def _failed(asked: Asked, error: Exception) -> Polled:
    """A failure that nobody foresaw is ours, not the feed's: its health stays as it was."""
    rejected = rejection(asked.feed.url, error, asked.feed.source_id)
    failure = asked.failure()
    return Polled(
        feed=asked.feed,
        checked_at=asked.at,
        outcome="failed",
        health=after_failure(asked.health, failure) if rejected.is_expected else asked.health,
        captures=asked.captures,
        failure_kind=failure.kind,
        rejected=rejected,
    )


def _answered(asked: Asked) -> Polled:
    answer = asked.answer()
    return Polled(
        feed=asked.feed,
        checked_at=asked.at,
        outcome="parsed" if asked.parsed else "unchanged",
        health=after_answer(asked.health, answer),
        entries=asked.entries,
        captures=asked.captures,
        gap=find_gap(asked.health, answer),
        left_out=_left_out(asked),
    )


def _left_out(asked: Asked) -> Rejection | None:
    problems = asked.parsed.problems if asked.parsed else ()
    if not problems:
        return None
    error = RecordError(f"{asked.feed.url}: {'; '.join(problems)}")
    return rejection(items_key(asked.feed), error, asked.feed.source_id)
