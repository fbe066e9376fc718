"""What the parts of the coder say to each other about events."""

from dataclasses import dataclass

from pipeline.coder.parties import Party


@dataclass(frozen=True, slots=True)
class EventDraft:
    """One happening of an article before it is dated and placed."""

    number: int
    type_code: str
    status: str
    tellings: tuple[tuple[int, int], ...]  #: sentence and trigger token of each telling, in order
    actors: tuple[Party, ...] = ()
    recipients: tuple[Party, ...] = ()
