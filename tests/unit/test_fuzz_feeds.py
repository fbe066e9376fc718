"""A short run of the fuzzer over feeds, and proof that it would notice."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fuzz.fuzz_feeds import SEEDS, an_input, check, check_feed, run
from fuzz.runner import RuleBroken

from pipeline.feeds.parse import ParsedFeed


def test_three_hundred_hostile_feeds_break_no_rule() -> None:
    figures = run(20261116, iter(range(300)), seconds=60)
    assert figures.broken == []
    assert figures.inputs == 300
    assert set(figures.outcomes) == {"rss", "atom", "rdf", "json", "sitemap", "sitemap-index", "refused"}


def test_the_seeds_are_sound_and_an_input_is_always_the_same() -> None:
    kinds = [feed.kind if (feed := check(seed, "")) else None for seed in SEEDS]
    assert kinds == ["rss", "rdf", "atom", "json", "sitemap", "sitemap-index", None]
    assert an_input(1, 7) == an_input(1, 7) != an_input(2, 7)


@pytest.mark.parametrize(
    "change",
    [
        {"url": "/1"}, {"url": "https://a:b@post.example/"}, {"title": "\0"}, {"summary": "\ud800"}, {"title": "a\nb"}, {"guid": ""},
        {"published_at": datetime(2026, 1, 1)}, {"updated_at": datetime(1, 1, 1, tzinfo=UTC)},
    ],
)  # fmt: skip
def test_the_fuzzer_notices_what_may_not_come_out(change: dict[str, object]) -> None:
    feed = check(SEEDS[0], "")
    assert isinstance(feed, ParsedFeed)
    with pytest.raises(RuleBroken):
        check_feed(replace(feed, items=(replace(feed.items[0], **change),)))  # type: ignore[arg-type]
    with pytest.raises(RuleBroken):
        check_feed(replace(feed, items=feed.items[:1] * 2))
