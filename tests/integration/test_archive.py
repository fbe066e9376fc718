"""The archive: bytes come back as they went in, from files that are never changed once closed."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.archive import archived
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.errors import ConfigError, StageError
from pipeline.io.archive import Archive, Hop, Location, Response

DAY = date(2026, 11, 16)
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
NAME = re.compile(r"2026/11/16/eventwire-20261116-\d{8}T\d{6}-[0-9a-f]{8}-\d{3}\.warc\.gz")


def answer(body: bytes, *headers: tuple[str, str], url: str = "http://post.example/1", status: int = 200) -> Response:
    return Response(url=url, final_url=url, status_code=status, headers=headers, body=body, captured_at=NOON)


def write(archive: Archive, *bodies: bytes) -> list[Location]:
    with archive.writer(DAY) as writer:
        return [place for body in bodies for place in archived(writer, answer(body))]


def read(archive: Archive, places: list[Location]) -> list[bytes]:
    return [archive.read(place.file, place.offset) for place in places]


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


# ── writing and reading ──────────────────────────────────────────────────────────────────────


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.binary(max_size=3000) | st.sampled_from([b"", b"\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"]), max_size=5),
    st.lists(
        st.tuples(
            st.sampled_from(
                ["Content-Encoding", "content-encoding ", "Transfer-Encoding", "Content-Length", "X-Test", "A\r\n\r\nB"]
            ),
            st.sampled_from(["gzip", "chunked", "7", "é ü", "br", "", "\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "\0"]),
        ),
        max_size=4,
    ),
)
def test_every_body_reads_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes], headers: list[tuple[str, str]]
) -> None:
    archive = Archive(tmp_path_factory.mktemp("archive"))
    with archive.writer(DAY) as writer:
        places = [archived(writer, answer(body, *headers))[-1] for body in bodies]
        assert read(archive, places) == bodies  # while it is written
    assert read(archive, places) == bodies


def test_a_day_of_files_is_found_below_its_date(tmp_path: Path) -> None:
    (place,) = write(Archive(tmp_path), b"page")

    assert NAME.fullmatch(place.file)
    assert (tmp_path / place.file).is_file()


@pytest.mark.parametrize("root", ["{}", "file://{}", "{}/"])
def test_a_folder_may_be_given_as_a_path_or_as_an_address(tmp_path: Path, root: str) -> None:
    archive = Archive(root.format(tmp_path))

    assert read(archive, write(archive, b"page")) == [b"page"]
    assert read(Archive(tmp_path), write(archive, b"page")) == [b"page"]


def test_a_run_without_answers_leaves_no_file(tmp_path: Path) -> None:
    with Archive(tmp_path).writer(DAY):
        pass

    assert files(tmp_path) == []


def test_two_writers_of_one_day_have_files_of_their_own(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with archive.writer(DAY) as one, archive.writer(DAY) as other:
        places = [*archived(one, answer(b"one")), *archived(other, answer(b"other"))]

    assert places[0].file != places[1].file
    assert read(archive, places) == [b"one", b"other"]


def test_a_file_that_another_program_wrote_reads_as_well(tmp_path: Path) -> None:
    with (tmp_path / "other.warc.gz").open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], "HTTP/1.1")
        writer.write_record(writer.create_warc_record("http://a/", "response", BytesIO(b"page"), http_headers=headers))

    assert Archive(tmp_path).read("other.warc.gz", 0) == b"page"


# ── files ────────────────────────────────────────────────────────────────────────────────────


def test_a_closed_file_is_read_only(tmp_path: Path) -> None:
    (place,) = write(Archive(tmp_path), b"page")

    assert (tmp_path / place.file).stat().st_mode & 0o777 == 0o444


def test_a_full_file_is_closed_and_the_next_record_opens_another(tmp_path: Path) -> None:
    archive = Archive(tmp_path, file_bytes_max=2000)
    bodies = [bytes([letter]) * 10 for letter in b"abcdefghij"]
    with archive.writer(DAY) as writer:
        places = [archived(writer, answer(body))[0] for body in bodies]
        closed = [name for name in files(tmp_path) if not name.endswith(".open")]
        assert read(archive, places) == bodies

    assert read(archive, places) == bodies
    names = [Path(name).name for name in dict.fromkeys(place.file for place in places)]
    assert closed == names[:-1]
    assert files(tmp_path) == names
    assert [name[-12:] for name in names] == [f"-{number:03}.warc.gz" for number in range(1, len(names) + 1)]
    for path in tmp_path.rglob("*.warc.gz"):
        ends = [place.offset + place.length for place in places if place.file.endswith(path.name)]
        assert path.stat().st_size == ends[-1]
        assert path.name == names[-1] or ends[-1] > 2000 >= ends[-2]  # the record that crosses the limit stays
        with path.open("rb") as stream:
            first = next(ArchiveIterator(stream)).rec_headers
        assert (first.get_header("WARC-Type"), first.get_header("WARC-Filename")) == ("warcinfo", path.name)


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    (place,) = write(archive, b"page")
    closed = tmp_path / place.file
    closed.with_name(closed.name + ".open").write_bytes(closed.read_bytes() + b"more")

    with pytest.raises(ConfigError, match=rf"archive .*{closed.name} cannot be written: File exists"):
        archive.writer(DAY)
    assert read(archive, [place]) == [b"page"]


def test_yesterdays_files_are_not_touched(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    (place,) = write(archive, b"page")
    before = (tmp_path / place.file).stat()
    with archive.writer(DAY + timedelta(days=1)) as writer:
        archived(writer, answer(b"other"))

    after = (tmp_path / place.file).stat()
    assert (after.st_mtime_ns, after.st_ctime_ns) == (before.st_mtime_ns, before.st_ctime_ns)


def test_a_folder_that_cannot_be_written_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"archive .* cannot be written: Not a directory; set EVENTWIRE_ARCHIVE"):
        Archive(tmp_path / "file").writer(DAY)


# ── reading what is not there ────────────────────────────────────────────────────────────────


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StageError, match=r"archive .*none.warc.gz.* at byte 0: .*No such file.*restore the file$"):
        Archive(tmp_path).read("2026/11/16/none.warc.gz", 0)


def test_no_offset_but_that_of_a_record_reads(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    places = write(archive, b"first page", b"second page")
    size = (tmp_path / places[0].file).stat().st_size
    for offset in {*range(size + 3), 10**12} - {place.offset for place in places}:
        with pytest.raises(StageError, match=f"at byte {offset}: .*restore the file$"):
            archive.read(places[0].file, offset)


def test_no_damaged_byte_gives_a_wrong_body(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    first, second = write(archive, b"first page", b"second page")
    body = (tmp_path / first.file).read_bytes()
    damaged = tmp_path / "damaged.warc.gz"
    for position in range(second.offset, len(body)):
        damaged.write_bytes(body[:position] + bytes([body[position] ^ 0xFF]) + body[position + 1 :])
        with suppress(StageError):
            assert archive.read(damaged.name, second.offset) == b"second page"


# ── where a permanent redirect leads ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("statuses", "moved_to"),
    [
        ([], None),
        ([301], "http://a/1"),
        ([308, 301], "http://a/2"),
        ([301, 302, 301], "http://a/1"),
        ([302, 301], None),
    ],
)
def test_a_feed_has_moved_as_far_as_redirects_are_permanent(statuses: list[int], moved_to: str | None) -> None:
    hops = tuple(
        Hop(url=f"http://a/{number}", status_code=status, request_headers=(), headers=(), captured_at=NOON)
        for number, status in enumerate(statuses)
    )
    response = Response(
        url="http://a/0", final_url=f"http://a/{len(hops)}", status_code=200, headers=(), body=b"", captured_at=NOON,
        hops=hops,
    )  # fmt: skip

    assert response.moved_to == moved_to
