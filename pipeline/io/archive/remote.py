"""An archive elsewhere, such as s3://bucket/news: any store that fsspec has a driver for.

Files are written in a spool, a local folder, and sent when they are closed. One that could not be sent
stays in the spool for the next writer. On object stores a file appears when it is whole; on others the
next writer sends it again when its size shows that sending it was broken off.
"""

import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import fsspec

from pipeline.errors import ConfigError, StageError

RANGE_BYTES = 1 << 18  # one request reads nearly every record whole


class Remote:
    """The store, by its address.

    Raises ConfigError when there is no driver for it, StageError when the driver cannot reach it.
    """

    def __init__(self, url: str) -> None:
        self.address = re.sub(r"//[^/]*@", "//", url.rstrip("/"))  # without a password
        try:
            self._fs, root = fsspec.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise ConfigError(
                f"archive {self.address}: {error}; install that driver beside eventwire, "
                "or set EVENTWIRE_ARCHIVE to a folder or to an address that fsspec knows"
            ) from error
        except Exception as error:  # some drivers connect at once, and raise errors of their own
            raise StageError(
                f"archive {self.address}: {type(error).__name__}: {error}; check EVENTWIRE_ARCHIVE and the network"
            ) from error
        self._root = root.rstrip("/")

    def send(self, path: Path, file: str) -> None:
        """Copy a closed file, unless it is there already; raise StageError when it does not get there whole."""
        size = path.stat().st_size
        try:
            with _driver_errors():
                if self._size(file) == size:
                    return
                self._fs.put_file(str(path), self._path(file))
                arrived = self._size(file)
            if arrived != size:
                raise OSError(f"{arrived} of {size} bytes arrived")
        except OSError as error:
            raise StageError(
                f"archive {self.address}/{file} was not written: {error}; it waits in {path.parent} for the next "
                "harvest: check EVENTWIRE_ARCHIVE, the network and the right to write there"
            ) from error

    def chunks(self, file: str, offset: int) -> Iterator[bytes]:
        """The bytes of a file from there on, in one request each; raises OSError."""
        size = RANGE_BYTES
        with _driver_errors():
            while chunk := self._fs.cat_file(self._path(file), start=offset, end=offset + size):
                yield chunk
                offset, size = offset + len(chunk), 2 * size

    def _path(self, file: str) -> str:
        return f"{self._root}/{file}"

    def _size(self, file: str) -> int | None:
        with suppress(FileNotFoundError):
            return int(self._fs.size(self._path(file)))
        return None


def send_all(spool: Path, remote: Remote) -> None:
    """Send the closed files of a spool, and remove each that has arrived; raises StageError.

    A file that another process is sending is left to it.
    """
    for path in sorted(spool.glob("*/*/*/*.warc.gz")):
        with suppress(BlockingIOError, FileNotFoundError), path.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remote.send(path, path.relative_to(spool).as_posix())
            path.unlink()


@contextmanager
def _driver_errors() -> Iterator[None]:
    """Raise as OSError whatever the driver raises; each has errors of its own."""
    try:
        yield
    except Exception as error:
        raise OSError(f"{type(error).__name__}: {error}") from error
