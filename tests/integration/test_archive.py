"""The archive: bytes come back as they went in, whatever happens to the writer."""

import io
import signal
import subprocess
import sys
import textwrap
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.make import DAY, NEXT, NOON
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from pipeline.errors import ConfigError, StageError
from pipeline.io.archive import Archive, Location, Response, close_abandoned


def answer(body: bytes, *headers: tuple[str, str], url: str = "http://post.example/1", status: int = 200) -> Response:
    return Response(url=url, final_url=url, status_code=status, headers=headers, body=body, captured_at=NOON)


def write(archive: Archive, *bodies: bytes) -> list[Location]:
    with archive.writer(DAY) as writer:
        return [writer.write(answer(body)) for body in bodies]


def files(archive: Archive) -> list[str]:
    return sorted(path.name for path in archive.folder.rglob("*") if path.is_file())


def run_child(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run code in another process that has an archive writer, `writer`, and `answer(body)`."""
    program = textwrap.dedent("""
        import os, resource, signal, sys
        from datetime import UTC, date, datetime
        from pathlib import Path
        from pipeline.io.archive import Archive, Response
        now = datetime(2026, 11, 16, 12, tzinfo=UTC)
        def answer(body):
            return Response(url="http://a/", final_url="http://a/", status_code=200, headers=(), body=body,
                            captured_at=now)
        def show(place):
            print(place.file, place.offset, place.payload_digest, flush=True)
        writer = Archive(Path(sys.argv[1])).writer(date(2026, 11, 16))
    """) + textwrap.dedent(code)
    return subprocess.run([sys.executable, "-c", program, str(folder)], capture_output=True, text=True, timeout=60)


def shown(line: str) -> Location:
    file, offset, digest = line.split()
    return Location(file=file, offset=int(offset), payload_digest=digest)


KILLED_IN_MID_RECORD = """
    for number in range(3):
        show(writer.write(answer(b"page %d " % number * 100)))
    whole = writer._stream
    class Torn:
        def write(self, record):
            whole.write(record[: len(record) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
    writer._stream = Torn()
    writer.write(answer(os.urandom(100_000)))
"""


# ── writing and reading ──────────────────────────────────────────────────────────────────────


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.binary(max_size=3000) | st.sampled_from([b"", b"\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"]), max_size=5),
    st.lists(
        st.tuples(
            st.sampled_from(["Content-Encoding", "Transfer-Encoding", "Content-Length", "X-Test", "Content-Type"]),
            st.sampled_from(["gzip", "chunked", "7", "é ü", "br", ""]),
        ),
        max_size=4,
    ),
)
def test_every_body_reads_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes], headers: list[tuple[str, str]]
) -> None:
    archive = Archive(tmp_path_factory.mktemp("archive"))
    with archive.writer(DAY) as writer:
        places = [writer.write(answer(body, *headers)) for body in bodies]
        assert [archive.read(place.file, place.offset) for place in places] == bodies  # while it is written
    assert [archive.read(place.file, place.offset) for place in places] == bodies


def test_a_day_of_files_is_found_below_its_date(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    (place,) = write(archive, b"page")
    assert place.file.startswith("2026/11/16/eventwire-20261116-")
    assert place.file.endswith(".warc.gz")
    assert (tmp_path / place.file).is_file()


def test_other_tools_can_read_and_check_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = Archive(tmp_path)
    with archive.writer(DAY) as writer:
        writer.write(answer(b"page", ("Content-Type", "text/html"), ("Content-Encoding", "gzip")))
        place = writer.write(answer(b"", url="http://post.example/ä?q=1", status=404))
    path = tmp_path / place.file
    checker = Checker(type("Options", (), {"verbose": False, "inputs": [str(path)]})())
    checker.process_all()
    assert (checker.exit_value, capsys.readouterr().out) == (0, "")
    with path.open("rb") as stream:
        records = [
            (record.rec_type, record.http_headers and record.http_headers.get_statuscode())
            for record in ArchiveIterator(stream)
        ]
    assert records == [("warcinfo", None), ("response", "200"), ("response", "404")]


def test_the_stored_headers_fit_the_decoded_body(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with archive.writer(DAY) as writer:
        place = writer.write(answer(b"decoded", ("Content-Encoding", "gzip"), ("Content-Length", "3"), ("ETag", "x")))
    with (tmp_path / place.file).open("rb") as stream:
        stream.seek(place.offset)
        record = next(ArchiveIterator(stream))
    assert record.http_headers.headers == [("ETag", "x"), ("Content-Length", "7")]
    assert record.rec_headers.get_header("WARC-Payload-Digest") == place.payload_digest
    assert datetime.fromisoformat(record.rec_headers.get_header("WARC-Date")) == NOON.astimezone(UTC)


def test_a_run_without_answers_leaves_no_file(tmp_path: Path) -> None:
    with Archive(tmp_path).writer(DAY):
        pass
    assert files(Archive(tmp_path)) == []


def test_two_writers_of_one_day_have_files_of_their_own(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with archive.writer(DAY) as one, archive.writer(DAY) as other:
        places = [one.write(answer(b"one")), other.write(answer(b"other"))]
    assert places[0].file != places[1].file
    assert [archive.read(place.file, place.offset) for place in places] == [b"one", b"other"]


# ── killed and failing writers ───────────────────────────────────────────────────────────────


def test_a_killed_writer_loses_only_the_record_in_flight(tmp_path: Path) -> None:
    child = run_child(tmp_path, KILLED_IN_MID_RECORD)
    assert child.returncode == -signal.SIGKILL, child.stderr
    places = [shown(line) for line in child.stdout.splitlines()]
    archive = Archive(tmp_path)
    (left,) = files(archive)
    assert left.endswith(".open")
    torn = (tmp_path / f"{places[0].file}.open").stat().st_size

    def bodies() -> list[bytes]:
        return [archive.read(place.file, place.offset) for place in places]

    expected = [b"page %d " % number * 100 for number in range(3)]
    assert bodies() == expected
    with archive.writer(DAY):
        assert left.removesuffix(".open") in files(archive)
    assert bodies() == expected
    path = tmp_path / places[0].file
    assert path.stat().st_size < torn
    with path.open("rb") as stream:
        assert [record.rec_type for record in ArchiveIterator(stream)] == ["warcinfo", *["response"] * 3]


def test_a_live_writers_file_is_left_alone(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with archive.writer(DAY) as alive:
        place = alive.write(answer(b"first"))
        child = run_child(tmp_path, "writer.__exit__(None, None, None); print('ok')")
        assert child.stdout == "ok\n", child.stderr
        alive.write(answer(b"second"))
        assert files(archive) == [f"{Path(place.file).name}.open"]
    assert files(archive) == [Path(place.file).name]


def test_a_file_that_its_writer_closes_meanwhile_is_left_alone(tmp_path: Path) -> None:
    close_abandoned(tmp_path / "gone.warc.gz.open")
    assert list(tmp_path.iterdir()) == []


def test_a_writer_killed_before_its_first_record_leaves_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    folder = tmp_path / "2026/11/16"
    folder.mkdir(parents=True)
    (folder / "eventwire-x.warc.gz.open").write_bytes(b"\x1f\x8b\x08")
    with archive.writer(DAY):
        pass
    assert files(archive) == []


def test_a_full_disk_is_told_and_what_was_whole_stays_whole(tmp_path: Path) -> None:
    child = run_child(
        tmp_path,
        """
        from pipeline.errors import StageError
        with writer:
            show(writer.write(answer(b"first")))
            resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
            try:
                writer.write(answer(os.urandom(100_000)))
            except StageError as error:
                print(error)
            show(writer.write(answer(b"small")))
        """,
    )
    assert child.returncode == 0, child.stderr
    first, message, small = child.stdout.splitlines()
    assert message.startswith("archive ") and message.endswith("free space, then run the stage again")
    places = [shown(line) for line in (first, small)]
    archive = Archive(tmp_path)
    assert [archive.read(place.file, place.offset) for place in places] == [b"first", b"small"]
    with (tmp_path / places[0].file).open("rb") as stream:
        assert len(list(ArchiveIterator(stream))) == 3


def test_a_stage_that_fails_on_a_full_disk_closes_a_file_of_whole_records(tmp_path: Path) -> None:
    child = run_child(
        tmp_path,
        """
        with writer:
            show(writer.write(answer(b"first")))
            resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
            writer.write(answer(os.urandom(100_000)))
        """,
    )
    assert "StageError: archive" in child.stderr.splitlines()[-1]
    place = shown(child.stdout)
    with (tmp_path / place.file).open("rb") as stream:
        assert [record.rec_type for record in ArchiveIterator(stream)] == ["warcinfo", "response"]


def small_file(folder: Path) -> tuple[bytes, list[int]]:
    """A file of three records, and where each of them ends."""
    archive = Archive(folder)
    places = write(archive, b"first page", b"second page")
    body = (folder / places[0].file).read_bytes()
    return body, [places[0].offset, places[1].offset, len(body)]


def test_a_cut_at_any_byte_never_loses_a_whole_record(tmp_path: Path) -> None:
    body, ends = small_file(tmp_path / "whole")
    for cut in range(len(body) + 1):
        left = tmp_path / f"{cut}.warc.gz.open"
        left.write_bytes(body[:cut])
        close_abandoned(left)
        closed = tmp_path / f"{cut}.warc.gz"
        kept = closed.read_bytes() if closed.exists() else b""
        assert kept == body[: max([0, *(end for end in ends if end <= cut)])], cut
        assert not left.exists()
        if kept:
            assert len(list(ArchiveIterator(io.BytesIO(kept)))) == sum(end <= cut for end in ends)


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
    path = tmp_path / first.file
    body = path.read_bytes()
    for position in range(second.offset, len(body)):
        path.write_bytes(body[:position] + bytes([body[position] ^ 0xFF]) + body[position + 1 :])
        with suppress(StageError):
            assert archive.read(second.file, second.offset) == b"second page"


def test_a_folder_that_cannot_be_written_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"archive .* cannot be written: Not a directory; set EVENTWIRE_ARCHIVE"):
        Archive(tmp_path / "file").writer(DAY)


def test_yesterdays_files_are_not_touched(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    (place,) = write(archive, b"page")
    before = (tmp_path / place.file).stat().st_mtime_ns
    with archive.writer(NEXT) as writer:
        writer.write(answer(b"other"))
    assert (tmp_path / place.file).stat().st_mtime_ns == before


def test_a_file_taken_for_a_leftover_while_it_is_made_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another writer may tidy between the creation of a file and its lock."""
    from pipeline.io import archive as module

    lock, tidied = module.fcntl.flock, []

    def tidy_first(stream: object, how: int) -> None:
        if not tidied:
            tidied.append(True)
            for left in tmp_path.rglob("*.open"):
                left.unlink()
        lock(stream, how)  # type: ignore[arg-type]

    monkeypatch.setattr(module.fcntl, "flock", tidy_first)
    with Archive(tmp_path).writer(DAY) as writer:
        location = writer.write(answer(b"kept"))

    assert tidied
    assert Archive(tmp_path).read(location.file, location.offset) == b"kept"
