"""An archive elsewhere: written in a spool, sent when closed, read from wherever a file is."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from datetime import UTC, date, datetime
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.local import LocalFileSystem
from fsspec.spec import AbstractFileSystem
from support.archive import archived
from warcio.archiveiterator import ArchiveIterator

from pipeline.errors import ConfigError, StageError
from pipeline.io.archive import Archive, Location, Response

DAY = date(2026, 11, 16)
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)


class Disk(LocalFileSystem):
    """A store without an atomic put, as a driver of somebody else's: disk://folder."""

    protocol = "disk"
    put_file = AbstractFileSystem.put_file  # piece by piece

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return str(path).removeprefix("disk://")


class Refused(Exception):
    """Drivers raise errors of their own."""


fsspec.register_implementation("disk", Disk, clobber=True)


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return tmp_path / "remote"


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def archive(remote: Path, spool: Path) -> Archive:
    return Archive(f"disk://{remote}", spool)


def answer(body: bytes) -> Response:
    return Response(url="http://a/", final_url="http://a/", status_code=200, headers=(), body=body, captured_at=NOON)


def write(archive: Archive, *bodies: bytes) -> list[Location]:
    with archive.writer(DAY) as writer:
        return [place for body in bodies for place in archived(writer, answer(body))]


def read(archive: Archive, places: list[Location]) -> list[bytes]:
    return [archive.read(place.file, place.offset) for place in places]


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


# ── sending ──────────────────────────────────────────────────────────────────────────────────


def test_closed_files_are_sent_and_leave_the_spool(archive: Archive, remote: Path, spool: Path) -> None:
    with archive.writer(DAY) as writer:
        (place,) = archived(writer, answer(b"page"))
        assert files(spool) == [f"{place.file}.open"]
        assert read(archive, [place]) == [b"page"]

    assert (files(spool), files(remote)) == ([], [place.file])
    assert read(archive, [place]) == [b"page"]
    with (remote / place.file).open("rb") as stream:
        assert [record.rec_type for record in ArchiveIterator(stream)] == ["warcinfo", "response"]


def test_a_store_in_memory_serves_as_well(tmp_path: Path, spool: Path) -> None:
    archive = Archive(f"memory://{tmp_path.name}/news/", spool)
    bodies = [b"page", os.urandom(1_000_000), b""]

    assert read(archive, write(archive, *bodies)) == bodies


def test_every_file_of_a_run_is_sent(remote: Path, spool: Path) -> None:
    archive = Archive(f"disk://{remote}", spool, file_bytes_max=1)
    places = write(archive, b"one", b"two", b"three")

    assert files(remote) == [place.file for place in places]
    assert read(archive, places) == [b"one", b"two", b"three"]


def test_another_host_reads_what_was_sent(archive: Archive, remote: Path) -> None:
    places = write(archive, b"page")

    assert read(Archive(f"disk://{remote}"), places) == [b"page"]
    assert read(Archive(remote), places) == [b"page"]


def test_writing_needs_a_spool(remote: Path) -> None:
    with pytest.raises(ConfigError, match=r"archive disk://.*: writing to it needs a local folder as spool"):
        Archive(f"disk://{remote}").writer(DAY)


def test_a_spool_that_cannot_be_written_names_the_setting(remote: Path, spool: Path) -> None:
    spool.touch()
    with pytest.raises(ConfigError, match=r"spool.* cannot be written: Not a directory; set EVENTWIRE_HOME"):
        Archive(f"disk://{remote}", spool).writer(DAY)


# ── failing ──────────────────────────────────────────────────────────────────────────────────


def refuse(*_: object, **__: object) -> None:
    raise Refused("no credentials")


def test_a_file_that_cannot_be_sent_waits_for_the_next_writer(
    archive: Archive, remote: Path, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places: list[Location] = []
    with monkeypatch.context() as patch:
        patch.setattr(Disk, "put_file", refuse)
        with (
            pytest.raises(
                StageError, match=r"archive disk://.*gz was not written: Refused: no credentials; .*EVENTWIRE_ARCHIVE"
            ),
            archive.writer(DAY) as writer,
        ):
            places += archived(writer, answer(b"page"))

    assert (files(spool), files(remote)) == ([places[0].file], [])
    assert read(archive, places) == [b"page"]
    with archive.writer(DAY):
        pass
    assert (files(spool), files(remote)) == ([], [places[0].file])
    assert read(archive, places) == [b"page"]


def test_what_arrives_in_part_is_not_taken_for_the_whole(
    archive: Archive, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(fs: Disk, path: str, target: str) -> None:
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        Path(target).write_bytes(Path(path).read_bytes()[:100])

    with monkeypatch.context() as patch:
        patch.setattr(Disk, "put_file", half)
        with pytest.raises(StageError, match=r"was not written: 100 of \d+ bytes arrived; it waits in .*spool"):
            write(archive, b"page")

    assert len(files(spool)) == 1


def test_a_stage_that_fails_keeps_its_own_error_and_the_file_waits(archive: Archive, remote: Path, spool: Path) -> None:
    with pytest.raises(StageError, match="none of the feeds answered"), archive.writer(DAY) as writer:
        (place,) = archived(writer, answer(b"page"))
        raise StageError("none of the feeds answered")

    assert (files(spool), files(remote)) == ([place.file], [])


def test_a_file_that_another_process_is_sending_is_left_to_it(archive: Archive, remote: Path, spool: Path) -> None:
    (place,) = write(archive, b"page")
    (spool / place.file).write_bytes((remote / place.file).read_bytes())
    (remote / place.file).unlink()
    with (spool / place.file).open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        write(archive, b"other")
        assert files(spool) == [place.file]

    write(archive, b"third")
    assert files(spool) == []


KILLED_IN_MID_UPLOAD = """
    import os, signal, sys
    from datetime import UTC, date, datetime
    from pathlib import Path
    import fsspec
    from fsspec.implementations.local import LocalFileSystem
    from pipeline.io.archive import Archive, Response, prepare

    class Disk(LocalFileSystem):
        protocol = "disk"

        @classmethod
        def _strip_protocol(cls, path):
            return path.removeprefix("disk://")

        def put_file(self, path, target):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(path, "rb") as source, open(target, "wb") as stream:
                stream.write(source.read(100))
            os.kill(os.getpid(), signal.SIGKILL)

    fsspec.register_implementation("disk", Disk)
    now = datetime(2026, 11, 16, 12, tzinfo=UTC)
    with Archive("disk://" + sys.argv[1], Path(sys.argv[2])).writer(date(2026, 11, 16)) as writer:
        (place,) = writer.append(prepare(Response(url="http://a/", final_url="http://a/", status_code=200, headers=(),
                                                  body=b"page", captured_at=now)))
        print(place.file, place.offset, flush=True)
"""


def test_a_writer_killed_in_mid_upload_loses_nothing(archive: Archive, remote: Path, spool: Path) -> None:
    arguments = [sys.executable, "-c", textwrap.dedent(KILLED_IN_MID_UPLOAD), str(remote), str(spool)]
    child = subprocess.run(arguments, capture_output=True, text=True, timeout=60)
    assert child.returncode == -signal.SIGKILL, child.stderr
    file, offset = child.stdout.split()

    assert (remote / file).stat().st_size == 100
    assert archive.read(file, int(offset)) == b"page"
    whole = (spool / file).read_bytes()
    with archive.writer(DAY):
        pass
    assert files(spool) == []
    assert (remote / file).read_bytes() == whole
    assert archive.read(file, int(offset)) == b"page"


def test_a_file_that_arrived_before_its_writer_was_killed_is_not_sent_again(
    archive: Archive, remote: Path, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place,) = write(archive, b"page")
    shutil.copy(remote / place.file, spool / place.file)
    monkeypatch.setattr(Disk, "put_file", refuse)
    with archive.writer(DAY):
        pass

    assert (files(spool), files(remote)) == ([], [place.file])


def test_a_file_left_open_by_a_killed_writer_is_closed_and_sent(archive: Archive, remote: Path, spool: Path) -> None:
    (place,) = write(archive, b"page")
    whole = (remote / place.file).read_bytes()
    (spool / f"{place.file}.open").write_bytes(whole + b"\x1f\x8b torn")
    (remote / place.file).unlink()

    assert read(archive, [place]) == [b"page"]
    with archive.writer(DAY):
        pass
    assert (files(spool), (remote / place.file).read_bytes()) == ([], whole)


# ── reading what is not there ────────────────────────────────────────────────────────────────


def test_a_file_that_is_nowhere_is_named(archive: Archive) -> None:
    with pytest.raises(StageError, match=r"archive disk://.*/none.warc.gz at byte 7: FileNotFoundError.*restore"):
        archive.read("none.warc.gz", 7)


def test_no_offset_but_that_of_a_record_reads_elsewhere(archive: Archive, remote: Path) -> None:
    (place,) = write(archive, b"page")
    size = (remote / place.file).stat().st_size
    for offset in {1, place.offset - 1, size - 1, size, 10**9}:
        with pytest.raises(StageError, match=f"at byte {offset}: .*restore the file$"):
            archive.read(place.file, offset)


# ── addresses ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("s3://bucket/news", "Install s3fs"),
        ("gs://bucket", "install gcsfs"),
        ("nowhere://bucket", "Protocol not known"),
    ],
)
def test_an_address_without_a_driver_says_what_to_install(address: str, reason: str, spool: Path) -> None:
    with pytest.raises(ConfigError, match=rf"archive {address}: .*{reason}.*EVENTWIRE_ARCHIVE"):
        Archive(address, spool)


def test_a_password_in_an_address_is_not_shown(spool: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        Archive("nowhere://user:secret@host/news", spool)

    assert "nowhere://host/news" in str(raised.value)
    assert "secret" not in str(raised.value)


class Unreachable(Disk):
    """A driver that connects at once."""

    protocol = "unreachable"
    __init__ = refuse


def test_a_store_that_cannot_be_reached_may_be_tried_again(spool: Path) -> None:
    fsspec.register_implementation("unreachable", Unreachable, clobber=True)
    with pytest.raises(StageError, match=r"archive unreachable://host: Refused: no credentials; check EVENTWIRE"):
        Archive("unreachable://host", spool)
