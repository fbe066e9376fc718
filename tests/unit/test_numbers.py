"""Counts as news writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.numbers import count_at
from pipeline.language.words import Word, words_of


def bounds(text: str) -> tuple[int | None, int | None]:
    words = words_of(text)
    counts = [count for at in range(len(words)) if (count := count_at(words, at)) is not None]
    assert counts, text
    return counts[0].minimum, counts[0].maximum


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14 villagers", (14, 14)),
        ("at least 14 villagers", (14, None)),
        ("more than 100 villagers", (101, None)),
        ("up to ten villagers", (None, 10)),
        ("about 40 villagers", (40, 40)),
        ("between 10 and 12 villagers", (10, 12)),
        ("10 to 12 villagers", (10, 12)),
        ("dozens of villagers", (24, None)),
        ("tens of thousands of villagers", (20_000, None)),
        ("two dozen villagers", (24, 24)),
        ("more than two dozen villagers", (25, None)),
        ("several hundred villagers", (200, None)),
        ("a couple of villagers", (2, 2)),
        ("a thousand villagers", (1000, 1000)),
        ("2.3 million villagers", (2_300_000, 2_300_000)),
        ("forty-two villagers", (42, 42)),
        ("one hundred and four villagers", (104, 104)),
        ("no casualties", (0, 0)),
    ],
)
def test_a_count_has_the_bounds_that_its_words_say(text: str, expected: tuple[int | None, int | None]) -> None:
    assert bounds(text) == expected


def test_a_number_that_a_tokenizer_parts_at_its_hyphen_is_one_number() -> None:
    words = [Word(text, text.lower(), 0, len(text)) for text in ("Forty", "-", "two", "people")]
    count = count_at(words, 0)
    assert count is not None
    assert (count.minimum, count.maximum, count.end) == (42, 42, 3)


@given(
    st.lists(
        st.sampled_from(
            [
                "one",
                "two",
                "7",
                "9,999",
                "hundred",
                "thousand",
                "million",
                "dozens",
                "of",
                "a",
                "and",
                "-",
                "to",
                "no",
                "at",
                "least",
            ]
        )
    )
)
def test_no_count_is_negative_and_no_least_is_above_its_greatest(parts: list[str]) -> None:
    words = [Word(part, part, 0, len(part)) for part in parts]
    for at in range(len(words)):
        count = count_at(words, at)
        if count is not None:
            low, high = count.minimum, count.maximum
            assert (low or 0) >= 0
            assert high is None or high >= (low or 0)
            assert at < count.end <= len(words)
