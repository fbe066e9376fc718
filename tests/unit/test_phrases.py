"""Phrases: found whatever their case and apostrophes, at the edges of words, with gaps where they have some."""

import pytest

from pipeline.articles.phrases import Phrases, phrases

SOME = Phrases(["Don't miss", "subscribe … to read", "misstat…", "会員限定", "Photo"])


@pytest.mark.parametrize(
    "line",
    [
        "DON’T MISS it",
        "You don`t miss much",
        "Subscribe now, and pay later, to read on",
        "it misstated",
        "この記事は会員限定です",
    ],
)
def test_a_phrase_is_found(line: str) -> None:
    assert SOME.found_in(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "don't missile",
        "subscribers to read",
        "subscribe to reading",
        f"subscribe {'x ' * 30} to read",
        "photos",
        "photo-op",
        "dismisstated",
    ],
)
def test_a_part_of_other_words_is_not(line: str) -> None:
    assert not SOME.found_in(line)


def test_labels_are_followed_by_something() -> None:
    assert (
        SOME.labels("— PHOTO: A. Writer") and SOME.labels("Photo / A. Writer") and not SOME.labels("Photo of A. Writer")
    )
    assert not SOME.labels("Photo:") and not SOME.labels("A photo: this")
    assert SOME.after("“Photo” by") == "” by" and SOME.after("By photo") is None


def test_equality_is_of_letters_and_digits() -> None:
    assert SOME.equals("  photo… ") and not SOME.equals("photos") and not SOME.equals("")


def test_as_many_are_counted_as_occur() -> None:
    assert SOME.count("Don't miss the photo, the photo, and misstatements") == 3


def test_every_table_is_read() -> None:
    for table in ("label", "pointer", "credit", "call", "prompt", "read-on", "correction", "note", "corrected", "amended", "consent",
                  "consent-title", "error", "challenge", "login", "explanation"):  # fmt: skip
        assert not phrases(table).equals("Rebels took the town") and not phrases(table).begins("")
