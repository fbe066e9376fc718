"""One WARC file on a local disk: written by one writer, cut to whole records after a crash, never changed once closed.

While a file is written its name ends in .open and its writer holds a lock on it. A writer that was
killed leaves such a file behind; the next writer cuts it after its last whole record and closes it.
"""

import errno
import fcntl
import os
import zlib
from collections.abc import Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path
from time import monotonic
from typing import IO

from pipeline.io.archive.records import GZIP, warcinfo

OPEN = ".open"
READ_ONLY = 0o444
CHUNK = 1 << 16
SYNC_SECONDS, LONG_AGO = 1.0, float("-inf")


class OpenFile:
    """A file being written; its path is the one that it will have once it is closed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0  #: bytes of whole records
        self._synced_at = LONG_AGO
        path.parent.mkdir(parents=True, exist_ok=True)
        self._stream = _create_locked(while_open(path))
        try:
            self.append(warcinfo(path.name))
            _sync_folder(path.parent)
        except OSError:
            self._discard()
            raise
        self._empty_size = self.size

    def append(self, records: bytes) -> int:
        """Append whole records and return the offset of the first; raise OSError when the disk does not take them."""
        left, start = memoryview(records), self.size
        try:
            while left:
                left = left[self._stream.write(left) :]
        except OSError:
            self._cut()
            raise
        self.size += len(records)
        self._sync()
        return start

    def _sync(self) -> None:
        """Have the disk itself take what was written, at most once a second; raise OSError when it does not."""
        if monotonic() - self._synced_at >= SYNC_SECONDS:
            os.fdatasync(self._stream.fileno())
            self._synced_at = monotonic()

    def close(self) -> None:
        """Give the file its name, for good; a file without records goes away."""
        if self.size == self._empty_size:
            self._discard()
            return
        with self._stream:
            self._cut()  # an interrupt may have left half a record
            _seal(self._stream, self.path)

    def _cut(self) -> None:
        self._stream.seek(self.size)
        self._stream.truncate()

    def _discard(self) -> None:
        with self._stream:
            while_open(self.path).unlink()


def while_open(path: Path) -> Path:
    """The name of a file while it is written."""
    return path.with_name(path.name + OPEN)


def recover(left: Path) -> None:
    """Cut a file that a killed writer left open after its last whole record, and close it.

    One without a whole record beside its warcinfo goes away. A file whose writer is alive, or that its writer
    closes meanwhile, is left alone.
    """
    with suppress(BlockingIOError, FileNotFoundError), left.open("r+b") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        ends = list(_record_ends(stream))
        if len(ends) > 1:
            stream.truncate(ends[-1])
            _seal(stream, left.with_name(left.name.removesuffix(OPEN)))
        else:
            left.unlink()


def _seal(stream: IO[bytes], path: Path) -> None:
    """Give a whole file its name, read-only, on the disk itself and not only in its cache."""
    if path.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    os.fsync(stream.fileno())
    while_open(path).rename(path)
    path.chmod(READ_ONLY)  # not before: a crash in between would leave a file that nobody may recover
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _create_locked(path: Path) -> FileIO:
    """Create a file and lock it; again, when another writer took the empty file for a leftover meanwhile."""
    while True:
        stream = path.open("xb", buffering=0)
        fcntl.flock(stream, fcntl.LOCK_EX)
        if os.fstat(stream.fileno()).st_nlink:
            return stream
        stream.close()


def _record_ends(stream: IO[bytes]) -> Iterator[int]:
    """Where each of the leading gzip members (one a record) ends that are whole."""
    position, member = 0, zlib.decompressobj(wbits=GZIP)
    while chunk := stream.read(CHUNK):
        while chunk:
            try:
                member.decompress(chunk)
            except zlib.error:
                return
            position += len(chunk) - len(member.unused_data)
            chunk = member.unused_data
            if member.eof:
                yield position
                member = zlib.decompressobj(wbits=GZIP)
