"""The warehouse as ordered SQL files: 0x tables, 1x what is derived from them, 2x marts, one question each."""

from pathlib import Path


def scripts() -> list[Path]:
    """The SQL files in the order in which they run."""
    return sorted(Path(__file__).parent.glob("*.sql"))
