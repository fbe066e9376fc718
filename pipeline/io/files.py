"""Write a file whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from pipeline.errors import StageError


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
