"""When: the times of an article and which of them dates an event."""

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.coder.reading import Reading, read
from pipeline.coder.when import Time, choose_time, find_times
from pipeline.language.dates import find_times as find_days
from pipeline.records import Document

MONDAY = date(2026, 11, 16)


def reading_of(text: str, title: str = "", on: date | None = MONDAY) -> Reading:
    return read(Document(document_id="t", title=title, text=text, published_on=on))


def times_of(text: str) -> list[Time]:
    return [found for each in find_times(reading_of(text)) for found in each]


def dated(text: str, word: str, type_code: str | None = "ASSAULT") -> Time | None:
    reading = reading_of(text)
    tellings = [(s.number, token.i) for s in reading.sentences for token in s.doc if token.text == word]
    assert tellings
    return choose_time(reading, tellings, find_times(reading), type_code)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("between March and May", "2026-03-01", "2026-05-31"), ("from 3 to 5 March 2014", "2014-03-03", "2014-03-05"),
        ("in late October", "2026-10-21", "2026-10-31"), ("in the early 1990s", "1990-01-01", "1993-12-31"),
        ("in the summer of 2014", "2014-06-01", "2014-08-31"), ("in the past 24 hours", "2026-11-15", "2026-11-16"),
        ("on Saturday and Sunday", "2026-11-14", "2026-11-15"), ("three years ago", "2023-01-01", "2023-12-31"),
        ("at the beginning of this month", "2026-11-01", "2026-11-10"), ("in April last year", "2025-04-01", "2025-04-30"),
        ("earlier this month", "2026-11-01", "2026-11-16"), ("on Christmas Eve", "2025-12-24", "2025-12-24"),
        ("Oct. 4", "2026-10-04", "2026-10-04"), ("late 2013", "2013-10-01", "2013-12-31"),
        ("last Sunday", "2026-11-08", "2026-11-08"), ("after the September 11 attacks", "2001-09-11", "2001-09-11"),
    ],
)  # fmt: skip
def test_news_english_says_when(text: str, first: str, last: str) -> None:
    [found] = find_days(f"It happened {text}.", MONDAY)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


def test_a_weekday_is_the_last_one_before_publication() -> None:
    [found] = times_of("Gunmen attacked the village on Wednesday.")
    assert (found.first, found.last, found.precision) == (date(2026, 11, 11), date(2026, 11, 11), "day")


def test_a_weekday_of_what_will_happen_is_the_next_one() -> None:
    [found] = times_of("The ministers will meet on Wednesday.")
    assert found.first == date(2026, 11, 18)


def test_a_day_is_counted_from_the_one_that_the_text_named_before() -> None:
    first, second = times_of("Rebels took the town on 3 November. They had shelled it the day before.")
    assert (first.first, second.first) == (date(2026, 11, 3), date(2026, 11, 2))


def test_days_counted_from_an_act_without_a_day_are_left_alone() -> None:
    assert times_of("The blast came two days after rebels left the town.") == []


def test_where_only_the_month_of_publication_is_known_a_weekday_is_some_day_of_it() -> None:
    month = (date(2001, 12, 1), date(2001, 12, 31))
    text = "Troops entered the town on Tuesday."
    document = Document(document_id="t", title="", text=text, published_on=None, published_within=month)
    found = find_times(read(document))
    assert [(t.first, t.last) for each in found for t in each] == [month]


def test_the_time_of_the_verb_dates_the_event() -> None:
    found = dated("Gunmen attacked a police station in the north on Sunday.", "attacked")
    assert found is not None and found.first == date(2026, 11, 15)


def test_each_clause_has_its_own_time() -> None:
    text = "Soldiers attacked the camp on Sunday after rebels had killed two officers in October."
    attacked, killed = dated(text, "attacked"), dated(text, "killed")
    assert attacked is not None and attacked.first == date(2026, 11, 15)
    assert killed is not None and (killed.first, killed.last) == (date(2026, 10, 1), date(2026, 10, 31))


def test_without_a_time_word_there_is_no_date() -> None:
    assert dated("Gunmen attacked a police station in the north.", "attacked") is None


def test_an_article_without_a_day_of_publication_has_only_full_dates() -> None:
    found = find_times(reading_of("It fell on Monday. It fell on 4 May 2020.", on=None))
    assert [t.first for each in found for t in each] == [date(2020, 5, 4)]


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=120), st.none() | st.dates())
def test_any_text_is_read_without_harm(text: str, on: date | None) -> None:
    reading = reading_of(text, title=text, on=on)
    found = find_times(reading)
    assert len(found) == len(reading.sentences)
    for each, sentence in zip(found, reading.sentences, strict=True):
        assert all(0 <= t.start < t.end <= len(sentence.doc) and t.first <= t.last for t in each)
    tellings = [(s.number, 0) for s in reading.sentences if len(s.doc)]
    assert choose_time(reading, tellings, found) == choose_time(reading, tellings, found)


def test_finding_times_takes_linear_time() -> None:
    text = "on 3 May, 1 2 3 4 May June since last the day 2014-2015 " * 4000
    started = time.process_time()
    find_days(text, MONDAY)
    assert time.process_time() - started < 3
