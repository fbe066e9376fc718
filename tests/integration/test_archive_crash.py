"""Killed and failing writers: what was whole stays whole, and the next writer tidies."""

import fcntl
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import IO

import pytest
from support.archive import archived
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from pipeline.io.archive import Archive, Location, Response
from pipeline.io.archive.files import recover
from pipeline.io.archive.records import warcinfo

DAY = date(2026, 11, 16)
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)

CHILD = """
    import os, resource, signal, sys
    from datetime import UTC, date, datetime
    from pathlib import Path
    from pipeline.errors import StageError
    from pipeline.io.archive import Archive, Response, files, prepare

    folder, file_bytes_max = sys.argv[1], int(sys.argv[2])

    def answer(body):
        return Response(url="http://a/", final_url="http://a/", status_code=200, headers=(), body=body,
                        captured_at=datetime(2026, 11, 16, 12, tzinfo=UTC), request_headers=(("Host", "a"),))

    def write(body):
        (place,) = writer.append(prepare(answer(body)))
        print(place.file, place.offset, flush=True)

    def die(*_):
        os.kill(os.getpid(), signal.SIGKILL)

    def limit_files_to(size):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    writer = Archive(folder, file_bytes_max=file_bytes_max).writer(date(2026, 11, 16))
"""


def answer(body: bytes) -> Response:
    return Response(
        url="http://a/", final_url="http://a/", status_code=200, headers=(), body=body, captured_at=NOON,
        request_headers=(("Host", "a"),),
    )  # fmt: skip


def run_child(folder: Path, code: str, file_bytes_max: int = 10**9) -> subprocess.CompletedProcess[str]:
    """Run code in another process that has an archive writer."""
    program = textwrap.dedent(CHILD) + textwrap.dedent(code)
    arguments = [sys.executable, "-c", program, str(folder), str(file_bytes_max)]
    return subprocess.run(arguments, capture_output=True, text=True, timeout=60)


def read_shown(folder: Path, shown: list[str]) -> list[bytes]:
    places = (line.split() for line in shown)
    return [Archive(folder).read(file, int(offset)) for file, offset in places]


def tidy(folder: Path) -> None:
    with Archive(folder).writer(DAY):
        pass


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def types(path: Path) -> list[str]:
    with path.open("rb") as stream:
        return [record.rec_type for record in ArchiveIterator(stream)]


def is_sound(folder: Path) -> bool:
    """Whether all files are closed, of whole records and right digests."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    checker = Checker(type("Options", (), {"verbose": False, "inputs": [str(path) for path in paths]})())
    checker.process_all()
    return checker.exit_value == 0 and all(path.name.endswith(".warc.gz") for path in paths)


# ── killed ───────────────────────────────────────────────────────────────────────────────────


def test_a_killed_writer_loses_only_the_exchange_in_flight(tmp_path: Path) -> None:
    child = run_child(
        tmp_path,
        """
        for number in range(3):
            write(b"page %d " % number * 100)
        whole = writer._file._stream
        class Torn:
            def write(self, records):
                whole.write(records[: len(records) // 2])
                die()
        writer._file._stream = Torn()
        write(os.urandom(100_000))
        """,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    shown = child.stdout.splitlines()
    pages = [b"page %d " % number * 100 for number in range(3)]
    (left,) = files(tmp_path)
    torn = next(tmp_path.rglob(left)).stat().st_size

    assert left.endswith(".open")
    assert read_shown(tmp_path, shown) == pages
    tidy(tmp_path)
    assert read_shown(tmp_path, shown) == pages
    path = tmp_path / shown[0].split()[0]
    assert path.stat().st_size < torn
    assert path.stat().st_mode & 0o777 == 0o444
    assert types(path) == ["warcinfo", *["response", "request"] * 3]
    assert is_sound(tmp_path)


@pytest.mark.parametrize(
    "step",
    ["os.fsync", "Path.rename", "Path.chmod", "os.open", "_create_locked", "warcinfo", "OpenFile.append"],
)
def test_a_writer_killed_between_two_files_loses_nothing(tmp_path: Path, step: str) -> None:
    child = run_child(tmp_path, f'write(b"first"); files.{step} = die; write(b"second")', file_bytes_max=1)
    assert child.returncode == -signal.SIGKILL, child.stderr
    shown = child.stdout.splitlines()

    assert read_shown(tmp_path, shown) == [b"first"]
    tidy(tmp_path)
    assert read_shown(tmp_path, shown) == [b"first"]
    assert is_sound(tmp_path)


def test_the_disk_itself_has_all_records_once_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced, fdatasync = list[int](), os.fdatasync

    def noted(descriptor: int) -> None:
        fdatasync(descriptor)
        synced.append(os.fstat(descriptor).st_size)

    monkeypatch.setattr(os, "fdatasync", noted)
    monkeypatch.setattr("pipeline.io.archive.files.SYNC_SECONDS", 0.1)
    with Archive(tmp_path).writer(DAY) as writer:
        for _ in range(50):
            place = archived(writer, answer(b"page"))[-1]
        many = len(synced)
        time.sleep(0.1)
        place = archived(writer, answer(b"page"))[-1]
        assert synced[-1] > place.offset + place.length
    assert 1 <= many < 10


@pytest.mark.parametrize("seed", range(3))
def test_a_writer_killed_at_any_moment_leaves_what_it_reported(tmp_path: Path, seed: int) -> None:
    program = textwrap.dedent(CHILD) + "for number in range(10**9): write(os.urandom(number % 3000))"
    arguments = [sys.executable, "-c", program, str(tmp_path), "20000"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        shown = [child.stdout.readline() for _ in range(random.Random(seed).randrange(1, 300))]
        child.kill()
        rest = child.stdout.read().splitlines(keepends=True)
    shown += [line for line in rest if line.endswith("\n")]
    sizes = [number % 3000 for number in range(len(shown))]

    assert [len(body) for body in read_shown(tmp_path, shown)] == sizes
    tidy(tmp_path)
    assert [len(body) for body in read_shown(tmp_path, shown)] == sizes
    assert is_sound(tmp_path)


def test_a_live_writers_file_is_left_alone(tmp_path: Path) -> None:
    with Archive(tmp_path).writer(DAY) as alive:
        (place,) = archived(alive, answer(b"first"))
        child = run_child(tmp_path, "writer.__exit__(None, None, None); print('ok')")
        assert child.stdout == "ok\n", child.stderr
        archived(alive, answer(b"second"))
        assert files(tmp_path) == [f"{Path(place.file).name}.open"]

    assert files(tmp_path) == [Path(place.file).name]


def test_a_file_that_its_writer_closes_meanwhile_is_left_alone(tmp_path: Path) -> None:
    recover(tmp_path / "gone.warc.gz.open")

    assert list(tmp_path.iterdir()) == []


def test_a_writer_killed_before_its_first_record_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "2026/11/16"
    folder.mkdir(parents=True)
    (folder / "eventwire-x.warc.gz.open").write_bytes(b"\x1f\x8b\x08")
    (folder / "eventwire-y.warc.gz.open").write_bytes(warcinfo("eventwire-y.warc.gz"))
    tidy(tmp_path)

    assert files(tmp_path) == []


def test_a_file_taken_for_a_leftover_while_it_is_made_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another writer may tidy between the creation of a file and its lock."""
    lock = fcntl.flock
    tidied: list[bool] = []

    def tidy_first(stream: IO[bytes], how: int) -> None:
        if not tidied:
            tidied.append(True)
            for left in tmp_path.rglob("*.open"):
                left.unlink()
        lock(stream, how)

    monkeypatch.setattr(fcntl, "flock", tidy_first)
    with Archive(tmp_path).writer(DAY) as writer:
        (place,) = archived(writer, answer(b"kept"))

    assert tidied
    assert Archive(tmp_path).read(place.file, place.offset) == b"kept"


# ── interrupted ──────────────────────────────────────────────────────────────────────────────


class Interrupted:
    """A stream whose user presses Ctrl-C in the middle of a write."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream

    def write(self, records: bytes) -> int:
        self.stream.write(records[: len(records) // 2])
        raise KeyboardInterrupt


def test_an_interrupt_in_mid_record_leaves_whole_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyboardInterrupt), Archive(tmp_path).writer(DAY) as writer:
        (place,) = archived(writer, answer(b"first"))
        with monkeypatch.context() as patch:
            patch.setattr(writer._file, "_stream", Interrupted(writer._file._stream))
            archived(writer, answer(b"second"))

    assert types(tmp_path / place.file) == ["warcinfo", "response", "request"]
    assert is_sound(tmp_path)


# ── a full disk ──────────────────────────────────────────────────────────────────────────────


def test_a_full_disk_is_told_and_what_was_whole_stays_whole(tmp_path: Path) -> None:
    child = run_child(
        tmp_path,
        """
        with writer:
            write(b"first")
            limit_files_to(5000)
            try:
                write(os.urandom(100_000))
            except StageError as error:
                print(error)
            write(b"small")
        """,
    )
    assert child.returncode == 0, child.stderr
    first, message, small = child.stdout.splitlines()

    assert message.startswith("archive ") and message.endswith("free space, then run the stage again")
    assert read_shown(tmp_path, [first, small]) == [b"first", b"small"]
    assert is_sound(tmp_path)


def test_a_disk_too_full_for_the_next_file_keeps_the_last_one_open(tmp_path: Path) -> None:
    child = run_child(
        tmp_path,
        """
        with writer:
            write(b"first")
            limit_files_to(100)
            for _ in range(2):
                try:
                    write(b"second")
                except StageError as error:
                    print("told")
            print(len(list(Path(folder).rglob("*.open"))))
            limit_files_to(resource.RLIM_INFINITY)
            write(b"third")
        """,
        file_bytes_max=1,
    )
    assert child.returncode == 0, child.stderr
    first, *told, left_open, third = child.stdout.splitlines()

    assert (told, left_open) == (["told", "told"], "1")
    assert read_shown(tmp_path, [first, third]) == [b"first", b"third"]
    assert is_sound(tmp_path)


def test_a_stage_that_fails_on_a_full_disk_closes_a_file_of_whole_records(tmp_path: Path) -> None:
    child = run_child(
        tmp_path,
        """
        with writer:
            write(b"first")
            limit_files_to(5000)
            write(os.urandom(100_000))
        """,
    )

    assert "StageError: archive" in child.stderr.splitlines()[-1]
    (name,) = files(tmp_path)
    assert types(next(tmp_path.rglob(name))) == ["warcinfo", "response", "request"]
    assert is_sound(tmp_path)


# ── cut at any byte ──────────────────────────────────────────────────────────────────────────


def test_a_cut_at_any_byte_never_loses_a_whole_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # a thousand of them take long
    places: list[Location] = []
    with Archive(tmp_path / "whole").writer(DAY) as writer:
        for body in (b"first page", b"second page"):
            places += archived(writer, answer(body))
    body = (tmp_path / "whole" / places[0].file).read_bytes()
    with BytesIO(body) as stream:
        reader = ArchiveIterator(stream)
        ends = [reader.get_record_offset() + reader.get_record_length() for record in reader if record.content_stream()]
    assert len(ends) == 5

    left, closed = tmp_path / "x.warc.gz.open", tmp_path / "x.warc.gz"
    for cut in range(len(body) + 1):
        left.write_bytes(body[:cut])
        recover(left)
        whole = [end for end in ends if end <= cut]
        assert not left.exists()
        if len(whole) < 2:  # nothing but the warcinfo
            assert not closed.exists(), cut
            continue
        assert closed.read_bytes() == body[: whole[-1]], cut
        assert len(list(ArchiveIterator(BytesIO(closed.read_bytes())))) == len(whole)
        closed.unlink()
