"""Write a file whole or not at all; do a thing once at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.errors import StageError


@contextmanager
def only_one(path: Path, what: str) -> Iterator[None]:
    """Hold a lock file while *what* runs; raise StageError when another process holds it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("w")
    except OSError as error:
        raise StageError(
            f"{path} cannot be written: {error.strerror}; set EVENTWIRE_HOME to a folder that can"
        ) from error
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StageError(f"another {what} is running on {path.parent}; wait until it has ended") from error
        yield


def write_whole(path: Path, text: str) -> None:
    """Replace a file's text atomically; raise StageError when the folder cannot be written."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(text, encoding="utf-8")
        aside.replace(path)
    except OSError as error:
        raise StageError(f"{path} cannot be written: {error.strerror}; free space or check its folder") from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
