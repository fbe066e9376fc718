"""When an event happened: a time that the article names, or none.

The candidates are the times of the sentences that tell of the event, of their neighbours and of the first sentences; a
linear model (training/coder/when_where.py) weighs how each stands to the words that tell of the event.
"""

from collections.abc import Sequence

from pipeline.coder.linear import load
from pipeline.coder.reading import Reading
from pipeline.coder.views import Views
from pipeline.coder.when_features import time_candidates
from pipeline.coder.when_times import Time, find_times

__all__ = ["Time", "choose_time", "find_times"]

SURE = 0.36  #: probability from which a time is taken; below it the event has none


def choose_time(
    reading: Reading,
    tellings: Sequence[tuple[int, int]],
    times: Sequence[Sequence[Time]],
    type_code: str | None = None,
    views: Views = (),
) -> Time | None:
    """Return the time of the event that *tellings* (sentence, trigger token) tell of, None when none is stated.

    *times* are those that :func:`find_times` gives; of several that mean the same days the first is returned.
    """
    hypotheses = time_candidates(reading, tellings, times, type_code, views)
    if not hypotheses:
        return None
    model = load("when")
    scored = [(model.scores(features)["yes"], time) for time, features in hypotheses]
    best, time = max(scored, key=lambda item: item[0])
    return time if best >= SURE else None
