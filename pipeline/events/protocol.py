"""What every coder is to the pipeline, whether it reads by rules here or asks a model elsewhere."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from pipeline.records import Coding, Document, Rejection


class Coder(Protocol):
    """Codes documents by the batch, so that it may work on several at once."""

    @property
    def name(self) -> str:
        """Which coder, and its version; every row that it makes carries it."""
        ...

    @property
    def note(self) -> str:
        """What to tell whoever ran it, such as what it cost; empty when there is nothing to tell."""
        ...

    def code_many(self, documents: Sequence[Document]) -> Iterator[Coding | Rejection]:
        """Yield exactly one outcome per document, in order.

        Raises StageError when coding cannot go on now, ConfigError when it cannot with these settings.
        """
        ...
