"""The archive: raw responses in WARC 1.1 files (ISO 28500:2017), by coverage day, never changed once closed.

While a file is written its name ends in .open and its writer holds a lock on it. A writer that was
killed leaves such a file behind; the next writer cuts it after its last whole record and closes it.
"""

import fcntl
import io
import os
import zlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from io import FileIO
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.errors import ConfigError, StageError

OPEN = ".open"
SOFTWARE = "eventwire"
GZIP = 31  # zlib: gzip framing, largest window
_serial = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a server answered; the body is decoded (no content or transfer encoding)."""

    url: str
    final_url: str
    status_code: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    captured_at: datetime

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a response stands in the archive."""

    file: str
    offset: int
    payload_digest: str


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder of WARC files."""

    folder: Path

    def writer(self, day: date) -> "ArchiveWriter":
        """Open a new file for the day, after closing what killed writers left behind.

        Raises ConfigError when the folder cannot be written.
        """
        day_folder = self.folder / f"{day:%Y/%m/%d}"
        try:
            day_folder.mkdir(parents=True, exist_ok=True)
            for left in sorted(self.folder.glob(f"*/*/*/*{OPEN}")):
                close_abandoned(left)
            name = f"eventwire-{day:%Y%m%d}-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}-{next(_serial)}.warc.gz"
            return ArchiveWriter(self.folder, day_folder / name)
        except OSError as error:
            raise ConfigError(
                f"archive {day_folder} cannot be written: {error.strerror}; "
                "set EVENTWIRE_ARCHIVE to a folder that can, or free space"
            ) from error

    def read(self, file: str, offset: int) -> bytes:
        """Return the body of the response at that place; raise StageError when it is not there."""
        path = self.folder / file
        if not path.exists():
            path = path.with_name(path.name + OPEN)
        try:
            with path.open("rb") as stream:
                stream.seek(offset)
                record = next(ArchiveIterator(io.BytesIO(_member(stream))))
                if record.rec_type != "response":
                    raise ValueError(f"a record of type {record.rec_type}, not a response")
                return bytes(record.content_stream().read())
        except (OSError, StopIteration, ArchiveLoadFailed, ValueError, zlib.error) as error:
            raise StageError(f"archive {path} at byte {offset}: {error or 'no record'}; restore the file") from error


class ArchiveWriter:
    """One WARC file being written; a context manager."""

    def __init__(self, root: Path, path: Path) -> None:
        self._path = path
        self._name = str(path.relative_to(root))
        self._stream = _create_locked(path.with_name(path.name + OPEN))
        self._whole = 0  # bytes of whole records
        self._record = io.BytesIO()
        self._writer = WARCWriter(self._record, gzip=True, warc_version="WARC/1.1")
        info = self._writer.create_warcinfo_record(path.name, {"software": SOFTWARE, "format": "WARC File Format 1.1"})
        self._write(info)
        self._empty_size = self._whole

    def write(self, response: Response) -> Location:
        """Append one response; it is with the operating system when this returns."""
        offset = self._whole
        digest = f"sha256:{sha256(response.body).hexdigest()}"
        record = self._writer.create_warc_record(
            response.final_url,
            "response",
            payload=io.BytesIO(response.body),
            length=len(response.body),  # without it the digest below would be replaced
            http_headers=StatusAndHeaders(f"{response.status_code} ", _stored_headers(response), "HTTP/1.1"),
            warc_headers_dict={
                "WARC-Date": response.captured_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                "WARC-Payload-Digest": digest,
            },
        )
        self._write(record)
        return Location(file=self._name, offset=offset, payload_digest=digest)

    def _write(self, record: object) -> None:
        self._record.seek(0)
        self._record.truncate()
        self._writer.write_record(record)
        left = self._record.getbuffer()
        try:
            while left:
                left = left[self._stream.write(left) :]
        except OSError as error:
            self._stream.seek(self._whole)
            raise StageError(f"archive {self._path}: {error.strerror}; free space, then run the stage again") from error
        self._whole = self._stream.tell()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        path = Path(self._stream.name)
        if self._whole == self._empty_size:
            path.unlink()
        else:
            self._stream.truncate(self._whole)  # without what a full disk cut short
            path.rename(self._path)
        self._stream.close()


def _stored_headers(response: Response) -> list[tuple[str, str]]:
    """The headers as they fit the decoded body."""
    dropped = {"content-encoding", "transfer-encoding", "content-length"}
    kept = [(name, value) for name, value in response.headers if name.lower() not in dropped]
    return [*kept, ("Content-Length", str(len(response.body)))]


def _member(stream: BinaryIO) -> bytes:
    """One whole record, decompressed; its checksum is right, or zlib.error is raised."""
    record, member = bytearray(), zlib.decompressobj(wbits=GZIP)
    while not member.eof:
        chunk = stream.read(1 << 16)
        if not chunk:
            raise ValueError("the file ends in mid-record")
        record += member.decompress(chunk)
    return bytes(record)


def _create_locked(path: Path) -> FileIO:
    """Create a file and lock it; again, when another writer took the empty file for a leftover meanwhile."""
    while True:
        stream = path.open("xb", buffering=0)
        fcntl.flock(stream, fcntl.LOCK_EX)
        if os.fstat(stream.fileno()).st_nlink:
            return stream
        stream.close()


def close_abandoned(path: Path) -> None:
    """Cut a file that a killed writer left open after its last whole record, and close it.

    A file whose writer is alive, or that its writer closes meanwhile, is left alone.
    """
    with suppress(BlockingIOError, FileNotFoundError), path.open("r+b") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        whole = _whole_length(stream)
        if whole:
            stream.truncate(whole)
            path.rename(path.with_name(path.name.removesuffix(OPEN)))
        else:
            path.unlink()


def _whole_length(stream: BinaryIO) -> int:
    """Length in bytes of the leading gzip members (one a record) that are whole."""
    whole = position = 0
    member = zlib.decompressobj(wbits=GZIP)
    while chunk := stream.read(1 << 16):
        while chunk:
            try:
                member.decompress(chunk)
            except zlib.error:
                return whole
            position += len(chunk) - len(member.unused_data)
            chunk = member.unused_data
            if member.eof:
                whole, member = position, zlib.decompressobj(wbits=GZIP)
    return whole
