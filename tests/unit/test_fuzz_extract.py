"""A short run of the fuzzer over pages, and proof that it would notice."""

from dataclasses import replace

import pytest
from fuzz.fuzz_extract import SEEDS, an_input, check, check_article, run
from fuzz.runner import RuleBroken

from pipeline.records import Article, Paragraph


def test_a_hundred_and_fifty_hostile_pages_break_no_rule() -> None:
    figures = run(20261116, iter(range(150)), seconds=60)
    assert figures.broken == []
    assert figures.inputs == 150
    assert {"Article", "RecordError", "ConsentPage", "ErrorPage"} <= set(figures.outcomes)


def test_the_seeds_are_sound_and_an_input_is_always_the_same() -> None:
    kinds = [type(check(seed, "text/html")).__name__ for seed in SEEDS]
    assert kinds == ["Article", "Article", "Article", "Article", "ConsentPage", "ErrorPage"]
    assert an_input(1, 7) == an_input(1, 7) != an_input(2, 7)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "a\0"}, {"correction": "\ud800"}, {"authors": ("a\x85",)}, {"text": "another"}, {"paragraphs": ()},
        {"paragraphs": (Paragraph(start=0, end=1),)}, {"language_confidence": 1.1}, {"canonical_url": "x"}, {"correction": "x" * 501},
    ],
)  # fmt: skip
def test_the_fuzzer_notices_what_may_not_come_out(change: dict[str, object]) -> None:
    article = check(SEEDS[0], "text/html")
    assert isinstance(article, Article)
    with pytest.raises(RuleBroken):
        check_article(replace(article, **change))  # type: ignore[arg-type]
