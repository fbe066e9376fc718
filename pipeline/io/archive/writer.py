"""Files one after the other, each closed when it is full."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import Self

from pipeline.errors import StageError
from pipeline.io.archive.captures import Location
from pipeline.io.archive.files import OpenFile
from pipeline.io.archive.records import Prepared
from pipeline.io.archive.remote import Remote, send_all


class ArchiveWriter:
    """Writes one day's captures; a context manager, for one thread.

    Its files are named after the day, its own start and a number that no other writer has, here or elsewhere.
    """

    def __init__(self, folder: Path, day: date, file_bytes_max: int, remote: Remote | None) -> None:
        self._folder, self._file_bytes_max, self._remote = folder, file_bytes_max, remote
        self._stem = f"{day:%Y/%m/%d}/eventwire-{day:%Y%m%d}-{datetime.now(UTC):%Y%m%dT%H%M%S}-{token_hex(4)}"
        self._numbers = count(1)
        self._file = self._next()

    def append(self, prepared: Prepared) -> tuple[Location, ...]:
        """Append what was prepared; it is with the operating system when this returns.

        Returns one location a capture: redirects first, the answer last. Raises StageError when the disk is full.
        """
        try:
            if self._file.size > self._file_bytes_max:
                full, self._file = self._file, self._next()
                full.close()
            start = self._file.append(prepared.data)
        except OSError as error:
            raise self._failure(error) from error
        file = self._file.path.relative_to(self._folder).as_posix()
        return tuple(replace(capture, file=file, offset=start + capture.offset) for capture in prepared.captures)

    def _next(self) -> OpenFile:
        return OpenFile(self._folder / f"{self._stem}-{next(self._numbers):03}.warc.gz")

    def _failure(self, error: OSError) -> StageError:
        return StageError(f"archive {self._file.path}: {error.strerror}; free space, then run the stage again")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the last file and, when all went well, send what the spool holds."""
        try:
            self._file.close()
        except OSError as failure:
            raise self._failure(failure) from failure
        if self._remote and not kind:
            send_all(self._folder, self._remote)
