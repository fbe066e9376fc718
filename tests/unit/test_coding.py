"""Content codings, undone in bounded pieces."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.io.coding import PIECE, Decoder


def bare(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


ENCODERS = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress, "": bytes, "identity": bytes}


def decoded(raw: bytes, encoding: str, size: int = 7) -> bytes:
    decoder = Decoder(encoding)
    return b"".join(piece for at in range(0, len(raw), size) for piece in decoder.pieces(raw[at : at + size]))


@given(st.binary(max_size=2000), st.sampled_from(sorted(ENCODERS)), st.integers(1, 500))
def test_any_body_in_any_coding_cut_anywhere_comes_back(body: bytes, encoding: str, size: int) -> None:
    assert decoded(ENCODERS[encoding](body), encoding, size) == body


@given(st.binary(max_size=2000), st.integers(1, 500))
def test_deflate_without_its_header_comes_back(body: bytes, size: int) -> None:
    assert decoded(bare(b"<html>" + body), "deflate", size) == b"<html>" + body


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=4), st.integers(1, 50))
def test_several_members_are_one_body(parts: list[bytes], size: int) -> None:
    assert decoded(b"".join(map(gzip.compress, parts)), "gzip", size) == b"".join(parts)


def test_no_piece_is_larger_than_the_limit() -> None:
    pieces = list(Decoder("gzip").pieces(gzip.compress(bytes(10 * PIECE))))
    assert len(pieces) >= 10
    assert max(map(len, pieces)) <= PIECE


@given(st.binary(min_size=1, max_size=300), st.sampled_from(["gzip", "deflate", "identity"]))
def test_arbitrary_bytes_end_in_bytes_or_a_value_error(raw: bytes, encoding: str) -> None:
    try:
        assert isinstance(decoded(raw, encoding), bytes)
    except ValueError as error:
        assert encoding in str(error)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "gzip, br", "nonsense"])
def test_what_was_not_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(ValueError, match=f"'{encoding}' was not asked for"):
        Decoder(encoding)


def test_identity_beside_a_coding_is_nothing() -> None:
    assert decoded(gzip.compress(b"x"), " Identity, GZIP ") == b"x"
