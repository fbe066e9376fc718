"""Undo the content coding of a body in bounded pieces, so that a small answer cannot fill the memory."""

import zlib
from collections.abc import Iterator

PIECE = 1 << 16
FRAMING = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # zlib's wbits
BARE = -15  # deflate as some servers send it, without zlib's header


class Decoder:
    """Decodes one body; *encoding* is the value of its Content-Encoding header.

    Raises ValueError for a coding that was not asked for, and for bytes that are not in it.
    """

    def __init__(self, encoding: str) -> None:
        codings = [name for part in encoding.split(",") if (name := part.strip().lower()) not in {"", "identity"}]
        if len(codings) > 1 or not FRAMING.keys() >= set(codings):
            raise ValueError(f"content encoding {encoding!r} was not asked for")
        self._coding = codings[0] if codings else ""
        self._zlib = zlib.decompressobj(FRAMING[self._coding]) if codings else None
        self._has_begun = False

    def pieces(self, raw: bytes) -> Iterator[bytes]:
        """Yield what the next bytes of the body decode to, at most PIECE bytes at a time."""
        if self._zlib is None:
            yield raw
            return
        while raw:
            if self._zlib.eof:
                if self._coding == "deflate":
                    return
                self._zlib = zlib.decompressobj(FRAMING[self._coding])  # gzip may have several members
            yield self._piece(raw)
            raw = self._zlib.unconsumed_tail or self._zlib.unused_data

    def _piece(self, raw: bytes) -> bytes:
        assert self._zlib
        try:
            piece = self._zlib.decompress(raw, PIECE)
        except zlib.error as error:
            if self._coding != "deflate" or self._has_begun:
                raise ValueError(f"body is not {self._coding} as its header says ({error})") from error
            self._zlib = zlib.decompressobj(BARE)
            self._has_begun = True
            return self._piece(raw)
        self._has_begun = True
        return piece
