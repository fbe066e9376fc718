"""Titles and summaries of feeds."""

from pipeline.language.markup import plain

SUMMARY_MAX = 2_000


def summary(markup: str) -> str:
    """Return the plain text of a summary, shortened where a feed gives the whole article."""
    return shortened(plain(markup), SUMMARY_MAX)


def shortened(text: str, length: int) -> str:
    """Return the text, or so many characters of it and "…"."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"
