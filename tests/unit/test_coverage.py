"""Coverage accounting."""

import pytest

from pipeline.feeds.coverage import coverage_state


@pytest.mark.parametrize(
    ("polled", "answered", "rejected", "articles", "least", "most", "state"),
    [
        (False, 0, 0, 0, 1, 5, "unpolled"),
        (True, 0, 0, 0, 1, 5, "dead"),
        (True, 1, 0, 0, 1, 5, "silent"),
        (True, 1, 0, 0, 0, 5, "quiet"),
        (True, 1, 0, 0, None, None, "quiet"),
        (True, 1, 0, 1, 2, 5, "low"),
        (True, 1, 0, 6, 2, 5, "high"),
        (True, 1, 0, 5, 2, 5, "normal"),
        (True, 1, 0, 99, None, None, "normal"),
        (True, 0, 0, 3, 1, 5, "dead"),
        (True, 1, 4, 0, 1, 5, "failing"),
        (True, 1, 4, 3, 1, 5, "normal"),
    ],
)
def test_a_days_state_tells_quiet_from_dead(
    polled: bool, answered: int, rejected: int, articles: int, least: int | None, most: int | None, state: str
) -> None:
    actual = coverage_state(
        polled=polled,
        answered_feed_count=answered,
        rejected_count=rejected,
        article_count=articles,
        articles_min=least,
        articles_max=most,
    )

    assert actual == state
