"""Sentences, words, numbers and dates of English news."""

from datetime import date
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.dates import find_times
from pipeline.language.numbers import count_at
from pipeline.language.sentences import split_sentences
from pipeline.language.words import words_of


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One left. Two stayed.", ["One left.", "Two stayed."]),
        ("Gen. Ada Brun spoke. Troops moved.", ["Gen. Ada Brun spoke.", "Troops moved."]),
        ("J. R. Hall met Mr. Ode in the U.S. He left.", ["J. R. Hall met Mr. Ode in the U.S.", "He left."]),
        ("Prices rose 3.5 percent. Wages did not.", ["Prices rose 3.5 percent.", "Wages did not."]),
        ("“We will not go.” He went.", ["“We will not go.”", "He went."]),
        ("“Why now?” she asked.", ["“Why now?” she asked."]),
        ("A headline\nA line below. Another", ["A headline", "A line below.", "Another"]),
        ("He said: “Stop. Go home", ["He said: “Stop.", "Go home"]),
    ],
)
def test_sentences_end_where_readers_end_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text(max_size=300))
def test_sentences_lie_in_order_inside_the_text_and_lose_only_space(text: str) -> None:
    spans = split_sentences(text)
    ends = [0, *(end for _, end in spans)]
    assert all(0 <= last <= start < end <= len(text) for last, (start, end) in zip(ends, spans, strict=False))
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize("part", [".", "a. ", '"', "A.B.", " ", "\n", "(", "x", "._", "? "])
def test_splitting_a_megabyte_takes_linear_time(part: str) -> None:
    started = process_time()
    split_sentences(part * (1_000_000 // len(part)))
    assert process_time() - started < 5


def test_possessives_are_marked_and_taken_off() -> None:
    words = words_of("The army's men met the rebels' chief in the U.S.")
    assert [w.text for w in words if w.is_possessive] == ["army", "rebels"]
    assert words[-1].text == "U.S."


@given(st.text(max_size=200))
def test_words_are_where_they_say(text: str) -> None:
    assert all(text[word.start : word.end] == word.text for word in words_of(text))


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("14 people", 14, 14), ("at least 14", 14, None), ("more than 100", 101, None), ("over 700", 701, None),
        ("dozens", 24, None), ("scores", 40, None), ("hundreds", 200, None), ("thousands", 2000, None),
        ("up to 10", None, 10), ("some 40", 40, 40),
        ("about 40", 40, 40), ("32 others", 32, 32),
        ("no casualties", 0, 0),
        ("one", 1, 1), ("a man", 1, 1), ("twenty-one", 21, 21), ("a hundred and twenty", 120, 120),
        ("1,200", 1200, 1200),
        ("2.3 million", 2_300_000, 2_300_000), ("10 to 12", 10, 12), ("fewer than 5", None, 4), ("a dozen", 12, 12),
        ("tens of thousands", 20_000, None), ("two dozen", 24, 24), ("zero", 0, 0),
    ],
)  # fmt: skip
def test_counts_have_the_bounds_that_the_guide_gives(text: str, low: int | None, high: int | None) -> None:
    words = words_of(text)
    counts = [count for at in range(len(words)) if (count := count_at(words, at)) is not None]
    longest = max(counts, key=lambda count: count.end - count.start)
    assert (longest.minimum, longest.maximum) == (low, high)


@given(
    st.lists(
        st.sampled_from(
            [
                "a",
                "one",
                "no",
                "7",
                "1.5",
                "99999999999",
                "million",
                "dozen",
                "hundreds",
                "to",
                "at",
                "least",
                "and",
                "of",
                "up",
                "-",
            ]
        )
    )
)
def test_counts_are_never_negative_and_never_upside_down(parts: list[str]) -> None:
    words = words_of(" ".join(parts))
    for at in range(len(words)):
        count = count_at(words, at)
        if count is not None:
            assert 0 <= count.start <= at < count.end <= len(words)
            assert (count.minimum or 0) >= 0
            assert count.maximum is None or (count.minimum or 0) <= count.maximum


MONDAY = date(2026, 11, 16)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("on Monday", "2026-11-16", "2026-11-16"), ("on Tuesday", "2026-11-10", "2026-11-10"),
        ("early Sunday", "2026-11-15", "2026-11-15"), ("yesterday", "2026-11-15", "2026-11-15"),
        ("today", "2026-11-16", "2026-11-16"), ("last week", "2026-11-09", "2026-11-15"),
        ("over the weekend", "2026-11-14", "2026-11-15"), ("4 October", "2026-10-04", "2026-10-04"),
        ("October 4, 2019", "2019-10-04", "2019-10-04"), ("on 20 December", "2025-12-20", "2025-12-20"),
        ("in July", "2026-07-01", "2026-07-31"), ("since July", "2026-07-01", "2026-11-16"),
        ("in May 2020", "2020-05-01", "2020-05-31"), ("in 2014", "2014-01-01", "2014-12-31"),
        ("two weeks ago", "2026-11-02", "2026-11-02"), ("last month", "2026-10-01", "2026-10-31"),
        ("last year", "2025-01-01", "2025-12-31"), ("this week", "2026-11-16", "2026-11-16"),
        ("2026-11-03", "2026-11-03", "2026-11-03"),
    ],
)  # fmt: skip
def test_times_are_resolved_against_the_day_of_publication(text: str, first: str, last: str) -> None:
    [time] = find_times(f"It happened {text}.", MONDAY)
    assert (time.first.isoformat(), time.last.isoformat()) == (first, last)


def test_a_weekday_still_to_come_is_the_next_one() -> None:
    [time] = find_times("They meet on Tuesday.", MONDAY, is_future=True)
    assert time.first == date(2026, 11, 17)


@pytest.mark.parametrize("text", ["on 31 February", "It may help", "the second quarter", "in the march"])
def test_what_is_no_day_is_left_alone(text: str) -> None:
    assert find_times(text, MONDAY) == ()


@given(st.text(max_size=200), st.none() | st.dates())
def test_times_of_any_text_lie_inside_it_and_run_forward(text: str, on: date | None) -> None:
    for time in find_times(text, on):
        assert 0 <= time.start < time.end <= len(text)
        assert time.first <= time.last


@given(
    st.dates(),
    st.sampled_from(
        ["on Friday", "last week", "two years ago", "next month", "since March", "this summer", "30 years ago"]
    ),
)
def test_relative_times_stand_on_any_day_of_any_calendar(on: date, text: str) -> None:
    for time in find_times(text, on):
        assert time.first <= time.last
