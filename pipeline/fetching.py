"""What comes of visiting addresses: what is kept of each visit, and what a run tells of all of them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from pipeline.batch import rejection
from pipeline.io.addresses import Addresses
from pipeline.io.failures import HostBlocked
from pipeline.io.visit import Visit
from pipeline.records import Rejection
from pipeline.run import Run


@dataclass(slots=True)
class Tally:
    """What the fetches of one run gave."""

    pages: int = 0
    aliases: int = 0
    again: int = 0  #: pages looked at again
    corrected: int = 0
    done: int = 0  #: pending pages that do not wait for the next run
    left: int = 0  #: of these, those that another run took, or another address led to
    rejected: list[Rejection] = field(default_factory=list)

    @property
    def changed(self) -> int:
        return self.pages + self.aliases + self.corrected + len(self.rejected)

    def note(self, pending_count: int) -> str:
        """The run in a few words."""
        waiting = pending_count - self.done
        parts = [
            "" if pending_count else "nothing pending",
            f"{waiting} wait for the next run" if waiting else "",
            f"{self.aliases} lead to pages that are there" if self.aliases else "",
            f"{self.left} left to another run or address" if self.left else "",
            f"{self.corrected} of {self.again} looked at again have changed" if self.again else "",
        ]
        return ", ".join(part for part in parts if part)


def record(run: Run, addresses: Addresses, visited: Visit, tally: Tally) -> None:
    """File what came of one visit, and count it."""
    item, error = visited.item, visited.error
    if isinstance(error, HostBlocked):
        addresses.record_pause(item, error.until, visited.captures)
        return
    tally.done += not item.is_again
    tally.again += item.is_again and not visited.is_needless
    if error:
        _record_failure(run, addresses, visited, error, tally)
    elif visited.alias_of:
        addresses.record_alias(item, visited.alias_of, visited.captures)
        tally.aliases += 1
    elif visited.response:
        _record_answer(run, addresses, visited, tally)
    else:
        tally.left += not item.is_again


def _record_answer(run: Run, addresses: Addresses, visited: Visit, tally: Tally) -> None:
    item = visited.item
    if visited.is_unchanged:
        addresses.record_unchanged(item, visited.answer, visited.captures)
    elif addresses.record_page(item, visited.page(run.day), visited.answer, visited.captures):
        tally.pages += not item.is_again
        tally.corrected += item.is_again


def _record_failure(run: Run, addresses: Addresses, visited: Visit, error: Exception, tally: Tally) -> None:
    item = visited.item
    refused = rejection(item.entry.url, error, item.entry.source_id)
    attempts_left = run.settings.fetch_attempts - item.attempts - 1 if getattr(error, "is_passing", False) else 0
    addresses.record_failure(item, refused, datetime.now(UTC), attempts_left, visited.captures)
    if not item.is_again:
        tally.rejected.append(refused)
