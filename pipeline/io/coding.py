"""Undo the content coding of a body in bounded pieces, so that a small answer cannot fill the memory."""

import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

import brotli  # type: ignore[import-untyped]

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPTED = "gzip, deflate, br, zstd"
PIECE = 1 << 16
GZIP, ZLIB, BARE = 31, 15, -15  # zlib's wbits
MEMBER_START, FRAME_STARTS = 0x1F, frozenset({0x28, *range(0x50, 0x60)})  # the first byte of what may follow
ZSTD_WINDOW: Mapping[int, int] = {zstd.DecompressionParameter.window_log_max: 23}  # 8 MiB, all that RFC 9659 allows


class Decoder:
    """Decodes one body; *encoding* is the value of its Content-Encoding header.

    Raises ValueError for a coding that was not asked for, and for bytes that are not in it.
    """

    def __init__(self, encoding: str) -> None:
        codings = [name for part in encoding.split(",") if (name := part.strip().lower()) not in {"", "identity"}]
        if len(codings) > 1 or not CODINGS.keys() >= set(codings):
            raise ValueError(f"content encoding {encoding!r} was not asked for")
        self.name = "".join(codings)
        self._coding = CODINGS[self.name]() if self.name else None

    def pieces(self, raw: bytes) -> Iterator[bytes]:
        """Yield what the next bytes of the body decode to, about PIECE bytes at a time, never twice as many."""
        if self._coding is None:
            yield raw
            return
        try:
            yield from self._coding.pieces(raw)
        except (zlib.error, brotli.error, zstd.ZstdError) as error:
            raise ValueError(f"body is not {self.name} as its header says ({error})") from error

    @property
    def is_whole(self) -> bool:
        """Whether the body may end here; one without any byte may."""
        return self._coding is None or self._coding.is_whole


class _Coding(Protocol):
    is_whole: bool

    def pieces(self, raw: bytes) -> Iterator[bytes]: ...


class _Gzip:
    """RFC 1952: one or several members; what follows the last and is no member is ignored, as browsers do."""

    def __init__(self) -> None:
        self.is_whole = True
        self._zlib = zlib.decompressobj(GZIP)
        self._is_over = False

    def pieces(self, raw: bytes) -> Iterator[bytes]:
        while raw and not self._is_over:
            if self._zlib.eof:
                self._is_over = raw[0] != MEMBER_START
                self._zlib = zlib.decompressobj(GZIP)
                continue
            yield from _inflated(self._zlib, raw)
            self.is_whole, raw = self._zlib.eof, self._zlib.unused_data


class _Deflate:
    """RFC 1950 as the standard has it, or RFC 1951 as some servers send it; the first two bytes tell."""

    def __init__(self) -> None:
        self.is_whole = True
        self._zlib: zlib._Decompress | None = None
        self._head = b""

    def pieces(self, raw: bytes) -> Iterator[bytes]:
        raw = self._head + raw
        if self._zlib is None and len(raw) > 1:
            self._zlib = zlib.decompressobj(ZLIB if _has_zlib_header(raw) else BARE)
        if self._zlib is None:
            self._head, self.is_whole = raw, not raw
            return
        self._head = b""
        if not self._zlib.eof:
            yield from _inflated(self._zlib, raw)
            self.is_whole = self._zlib.eof


class _Brotli:
    """RFC 7932; its window is at most 16 MiB by definition."""

    def __init__(self) -> None:
        self.is_whole = True
        self._brotli = brotli.Decompressor()

    def pieces(self, raw: bytes) -> Iterator[bytes]:
        piece: bytes = self._brotli.process(raw, output_buffer_limit=PIECE) if raw else b""
        while piece:
            yield piece
            piece = self._brotli.process(b"", output_buffer_limit=PIECE)
        self.is_whole = self._brotli.is_finished() or (self.is_whole and not raw)


class _Zstd:
    """RFC 8878: one or several frames; what follows the last and is no frame is ignored."""

    def __init__(self) -> None:
        self.is_whole = True
        self._zstd = zstd.ZstdDecompressor(options=ZSTD_WINDOW)
        self._is_over = False

    def pieces(self, raw: bytes) -> Iterator[bytes]:
        while raw and not self._is_over:
            if self._zstd.eof:
                self._is_over = raw[0] not in FRAME_STARTS
                self._zstd = zstd.ZstdDecompressor(options=ZSTD_WINDOW)
                continue
            yield self._zstd.decompress(raw, PIECE)
            while not (self._zstd.eof or self._zstd.needs_input):
                yield self._zstd.decompress(b"", PIECE)
            self.is_whole = self._zstd.eof
            raw = self._zstd.unused_data if self._zstd.eof else b""


CODINGS: Mapping[str, Callable[[], _Coding]] = {
    "gzip": _Gzip,
    "x-gzip": _Gzip,
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": _Zstd,
}


def _has_zlib_header(body: bytes) -> bool:
    """Tell one deflate from the other (RFC 1950, section 2.2)."""
    return body[0] & 0x0F == 8 and int.from_bytes(body[:2]) % 31 == 0


def _inflated(inflate: "zlib._Decompress", raw: bytes) -> Iterator[bytes]:
    piece = inflate.decompress(raw, PIECE)
    yield piece
    while not inflate.eof and (inflate.unconsumed_tail or len(piece) == PIECE):  # a full piece may hide another
        piece = inflate.decompress(inflate.unconsumed_tail, PIECE)
        yield piece
