"""The archive as the stages see it: a writer for a day, a body from its place."""

import errno
import os
import zlib
from collections.abc import Generator, Iterable
from contextlib import closing, suppress
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from pipeline.errors import ConfigError, StageError
from pipeline.io.archive.files import CHUNK, OPEN, recover, while_open
from pipeline.io.archive.records import GZIP
from pipeline.io.archive.remote import Remote
from pipeline.io.archive.writer import ArchiveWriter

FILE_BYTES_MAX = 1_000_000_000  # what annex C of the standard recommends


class Archive:
    """WARC files in a local folder, or in a store elsewhere by way of a local spool.

    Raises ConfigError for an address without a driver, StageError when the driver cannot reach it.
    """

    def __init__(self, root: str | Path, spool: Path | None = None, file_bytes_max: int = FILE_BYTES_MAX) -> None:
        place = str(root).removeprefix("file://")
        self._remote = Remote(place) if "://" in place else None
        self._address = self._remote.address if self._remote else place
        self._file_bytes_max = file_bytes_max
        self.folder = spool if self._remote else Path(place)  #: where files are written; None: only read

    def writer(self, day: date) -> ArchiveWriter:
        """Open a new file for the day, after closing what killed writers left behind.

        Raises ConfigError when the folder cannot be written.
        """
        if self.folder is None:
            raise ConfigError(f"archive {self._address}: writing to it needs a local folder as spool")
        try:
            for left in sorted(self.folder.glob(f"*/*/*/*{OPEN}")):
                recover(left)
            return ArchiveWriter(self.folder, day, self._file_bytes_max, self._remote)
        except OSError as error:
            setting = "EVENTWIRE_HOME" if self._remote else "EVENTWIRE_ARCHIVE"
            raise ConfigError(
                f"archive {error.filename or self.folder} cannot be written: {error.strerror}; "
                f"set {setting} to a folder that can, or free space"
            ) from error

    def read(self, file: str, offset: int) -> bytes:
        """Return the body of the response at that place; raise StageError when it is not there."""
        try:
            with closing(self._chunks(file, offset)) as chunks:
                record = next(ArchiveIterator(BytesIO(_first_member(chunks))))
            if record.rec_type != "response":
                raise ValueError(f"a record of type {record.rec_type}, not a response")
            return bytes(record.content_stream().read())
        except (OSError, StopIteration, ArchiveLoadFailed, ValueError, zlib.error) as error:
            raise StageError(
                f"archive {self._address}/{file} at byte {offset}: {error or 'no record'}; restore the file"
            ) from error

    def _chunks(self, file: str, offset: int) -> Generator[bytes]:
        """The file's bytes from there on, whether it is being written, closed, or sent away."""
        if self.folder:
            closed = self.folder / file
            for path in (closed, while_open(closed), closed):  # it may be closed between the first look and the second
                with suppress(FileNotFoundError), path.open("rb") as stream:
                    stream.seek(offset)
                    yield from iter(partial(stream.read, CHUNK), b"")
                    return
        if not self._remote:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        yield from self._remote.chunks(file, offset)


def _first_member(chunks: Iterable[bytes]) -> bytes:
    """One whole record, decompressed; its checksum is right, or zlib.error is raised."""
    record, member = bytearray(), zlib.decompressobj(wbits=GZIP)
    for chunk in chunks:
        record += member.decompress(chunk)
        if member.eof:
            return bytes(record)
    raise ValueError("the file ends in mid-record")
