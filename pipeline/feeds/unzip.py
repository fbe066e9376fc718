"""Bodies that are gzip files themselves (sitemap.xml.gz), in bounded pieces: a small file may hold a huge one."""

import zlib
from collections.abc import Iterator

from pipeline.errors import RecordError

PIECE = 65_536  #: bytes
BYTES_MAX = 50 * 1024 * 1024  #: uncompressed, by the protocol of sitemaps
_MAGIC = b"\x1f\x8b\x08"
_GZIP = 31  # zlib: gzip framing, largest window


def pieces(body: bytes, url: str) -> Iterator[bytes]:
    """Yield the body, decompressed if it is gzip (RFC 1952), in pieces of at most 64 KB.

    A file that is cut short or broken ends there. Raises RecordError once there are more than 50 MB.
    """
    length = 0
    for piece in _gunzipped(body) if body.startswith(_MAGIC) else _sliced(body):
        length += len(piece)
        if length > BYTES_MAX:
            raise RecordError(f"{url}: holds more than {BYTES_MAX:,} bytes, which no feed or sitemap may; not read")
        yield piece


def unzipped(body: bytes, url: str) -> bytes:
    """Return the whole body, decompressed if it is gzip; raises RecordError as `pieces` does."""
    return b"".join(pieces(body, url)) if body.startswith(_MAGIC) else body


def _sliced(body: bytes) -> Iterator[bytes]:
    return (body[start : start + PIECE] for start in range(0, len(body), PIECE))


def _gunzipped(body: bytes) -> Iterator[bytes]:
    member = zlib.decompressobj(_GZIP)
    for part in _sliced(body):
        left = part
        while left:
            if member.eof:  # a gzip file may have several members
                member = zlib.decompressobj(_GZIP)
            try:
                yield member.decompress(left, PIECE)
            except zlib.error:
                return
            left = member.unused_data if member.eof else member.unconsumed_tail
    yield member.flush()[:PIECE]
