"""Content codings, undone in bounded pieces."""

import gzip
import sys
import zlib
from collections.abc import Callable, Mapping

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.io.coding import PIECE, Decoder

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def bare(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


ENCODERS: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}
PLAIN: Mapping[str, Callable[[bytes], bytes]] = {"": bytes, "identity": bytes}
SEVERAL = {"gzip": gzip.compress, "zstd": zstd.compress}


def decoded(raw: bytes, encoding: str, size: int = 7) -> bytes:
    decoder = Decoder(encoding)
    return b"".join(piece for at in range(0, len(raw), size) for piece in decoder.pieces(raw[at : at + size]))


def is_whole(raw: bytes, encoding: str) -> bool:
    decoder = Decoder(encoding)
    for _ in decoder.pieces(raw):
        pass
    return decoder.is_whole


@given(st.binary(max_size=2000), st.sampled_from(sorted(ENCODERS | PLAIN)), st.integers(1, 500))
def test_any_body_in_any_coding_cut_anywhere_comes_back(body: bytes, encoding: str, size: int) -> None:
    assert decoded((ENCODERS | PLAIN)[encoding](body), encoding, size) == body


@given(st.binary(max_size=2000), st.integers(1, 500))
def test_deflate_without_its_header_comes_back(body: bytes, size: int) -> None:
    assert decoded(bare(b"<html>" + body), "deflate", size) == b"<html>" + body


@pytest.mark.parametrize("size", [PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 100])
@pytest.mark.parametrize("encoding", [*ENCODERS, "bare"])
def test_nothing_is_lost_where_a_piece_is_just_full(encoding: str, size: int) -> None:
    body = bytes(size)
    raw = bare(body) if encoding == "bare" else ENCODERS[encoding](body)
    encoding = encoding.replace("bare", "deflate")
    assert decoded(raw, encoding, len(raw)) == decoded(raw, encoding, 1) == body


@given(st.sampled_from(sorted(SEVERAL)), st.lists(st.binary(max_size=200), min_size=1, max_size=4), st.integers(1, 50))
def test_several_members_or_frames_are_one_body(encoding: str, parts: list[bytes], size: int) -> None:
    assert decoded(b"".join(map(SEVERAL[encoding], parts)), encoding, size) == b"".join(parts)


@given(st.sampled_from(sorted(SEVERAL)), st.binary(min_size=1, max_size=200), st.integers(1, 50))
def test_what_follows_the_last_member_and_is_none_is_ignored(encoding: str, rest: bytes, size: int) -> None:
    assert decoded(SEVERAL[encoding](b"page") + b"\0" + rest, encoding, size) == b"page"


@pytest.mark.parametrize("encoding", ENCODERS)
def test_no_piece_is_twice_as_large_as_it_should_be(encoding: str) -> None:
    raw = ENCODERS[encoding](bytes(100 * PIECE))
    pieces = list(Decoder(encoding).pieces(raw))
    assert len(pieces) >= 50
    assert max(map(len, pieces)) < 2 * PIECE


def test_a_window_larger_than_servers_may_use_is_refused() -> None:
    packer = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27})
    with pytest.raises(ValueError, match="body is not zstd as its header says"):
        decoded(packer.compress(b"x" * 1000) + packer.flush(), "zstd", 5000)


@given(st.binary(min_size=20, max_size=300), st.sampled_from(sorted(ENCODERS)), st.data())
def test_a_body_that_was_cut_is_not_whole(body: bytes, encoding: str, data: st.DataObject) -> None:
    raw = ENCODERS[encoding](body)
    cut = data.draw(st.integers(1, len(raw) - 1))
    assert is_whole(raw, encoding)
    assert not is_whole(raw[:cut], encoding)


@pytest.mark.parametrize("encoding", [*ENCODERS, *PLAIN])
def test_a_body_without_any_byte_is_whole_in_every_coding(encoding: str) -> None:
    assert is_whole(b"", encoding)
    assert Decoder(encoding).is_whole


@given(st.binary(min_size=1, max_size=300), st.sampled_from(sorted(ENCODERS)), st.integers(1, 300))
def test_arbitrary_bytes_end_in_bytes_or_a_value_error(raw: bytes, encoding: str, size: int) -> None:
    try:
        assert isinstance(decoded(raw, encoding, size), bytes)
    except ValueError as error:
        assert encoding in str(error)


@given(st.sampled_from(sorted(ENCODERS)), st.binary(max_size=300), st.integers(0, 300), st.integers(0, 255))
def test_a_spoilt_byte_ends_in_bytes_or_a_value_error(encoding: str, body: bytes, at: int, byte: int) -> None:
    raw = bytearray(ENCODERS[encoding](body))
    raw[at % len(raw)] = byte
    try:
        assert isinstance(decoded(bytes(raw), encoding), bytes)
    except ValueError as error:
        assert encoding in str(error)


@pytest.mark.parametrize("encoding", ["compress", "gzip, gzip", "gzip, br", "nonsense"])
def test_what_was_not_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(ValueError, match=f"'{encoding}' was not asked for"):
        Decoder(encoding)


def test_identity_beside_a_coding_is_nothing() -> None:
    assert decoded(gzip.compress(b"x"), " Identity, GZIP ") == b"x"
