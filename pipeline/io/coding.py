"""Undo the content coding of a body in bounded pieces, so that a small answer cannot fill the memory."""

import zlib
from collections.abc import Iterator

PIECE = 1 << 16
GZIP, ZLIB, BARE = 31, 15, -15  # zlib's wbits
CODINGS = frozenset({"gzip", "x-gzip", "deflate"})


class Decoder:
    """Decodes one body; *encoding* is the value of its Content-Encoding header.

    Raises ValueError for a coding that was not asked for, and for bytes that are not in it.
    """

    def __init__(self, encoding: str) -> None:
        codings = [name for part in encoding.split(",") if (name := part.strip().lower()) not in {"", "identity"}]
        if len(codings) > 1 or not CODINGS.issuperset(codings):
            raise ValueError(f"content encoding {encoding!r} was not asked for")
        self._coding = "".join(codings)
        self._zlib = None if self._coding == "deflate" else zlib.decompressobj(GZIP)
        self._head = b""

    def pieces(self, raw: bytes) -> Iterator[bytes]:
        """Yield what the next bytes of the body decode to, at most PIECE bytes at a time."""
        if not self._coding:
            yield raw
            return
        self._head += raw
        if self._zlib is None and len(self._head) > 1:
            self._zlib = zlib.decompressobj(ZLIB if _has_zlib_header(self._head) else BARE)
        if self._zlib is None:
            return
        raw, self._head = self._head, b""
        while raw:
            if self._zlib.eof:
                if self._coding == "deflate":
                    return
                self._zlib = zlib.decompressobj(GZIP)  # gzip may have several members
            try:
                yield self._zlib.decompress(raw, PIECE)
            except zlib.error as error:
                raise ValueError(f"body is not {self._coding} as its header says ({error})") from error
            raw = self._zlib.unconsumed_tail or self._zlib.unused_data


def _has_zlib_header(body: bytes) -> bool:
    """Tell deflate as the standard has it from deflate as some servers send it (RFC 1950, section 2.2)."""
    return body[0] & 0x0F == 8 and int.from_bytes(body[:2]) % 31 == 0
