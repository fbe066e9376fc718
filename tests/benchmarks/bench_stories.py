"""Stories: a night's articles are grouped with those of the window of days before; what it takes, and what it finds.

`python -m benchmarks.bench_stories`, in the folder tests. The articles are invented: words by Zipf's law, 300 to 800 of
them, with set phrases, names and numbers; one in seven is a copy of an earlier one, trimmed, edited or with paragraphs
of its own. Their texts are made anew whenever they are asked for, so that memory is that of the grouping.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from support.make import NOON, article

from pipeline.articles.stories.group import CANDIDATES_MAX, group, signature
from pipeline.articles.stories.sketch import most_alike
from pipeline.records import Article, StoryMember, make_id

DAYS = 7
DAY = date(2026, 11, 16)
COPIED = 0.15
VOCABULARY, PHRASES = 40_000, 20_000
SYLLABLES = [first + vowel + last for first in "bdfgklmnprstv" for vowel in "aeiou" for last in ("", "n", "r", "s")]


@dataclass(frozen=True, slots=True)
class Phase:
    """What one part of the night's work took."""

    name: str
    wall_seconds: float
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Figures:
    """The result of one run."""

    window: int
    batch: int
    phases: list[Phase]
    peak_bytes_before: int  #: with the window's members, before the grouping
    peak_bytes: int
    copies: int  #: of the batch
    copies_found: int  #: of those, joined to the story of their original
    joined_wrongly: int


class Newsroom:
    """Invented articles by number; the same number gives the same text on every machine."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        random = Random(f"{seed} words")
        self._words = sorted({"".join(random.choices(SYLLABLES, k=random.randint(1, 4))) for _ in range(VOCABULARY)})
        random.shuffle(self._words)
        self._word_weights = list(accumulate(1 / (rank + 3) for rank in range(len(self._words))))
        self._phrases = [self._some_words(random, random.randint(2, 6)) for _ in range(PHRASES)]
        self._phrase_weights = list(accumulate(1 / (rank + 100) for rank in range(PHRASES)))

    def original(self, number: int) -> int:
        """The number of the article that this one copies; its own when it copies none."""
        random = Random(f"{self._seed} copy {number}")
        if random.random() > COPIED or number < 100:
            return number
        return self.original(random.randrange(max(0, number - 40_000), number))

    def text(self, number: int) -> str:
        original = self.original(number)
        text = self._report(original)
        return text if original == number else self._edited(text, Random(f"{self._seed} edit {number}"))

    def _report(self, number: int) -> str:
        random = Random(f"{self._seed} article {number}")
        words, paragraphs = random.randint(300, 800), []
        while words > 0:
            paragraphs.append(" ".join(self._sentence(random) for _ in range(random.randint(1, 3))))
            words -= len(paragraphs[-1].split())
        return "\n\n".join(paragraphs)

    def _edited(self, text: str, random: Random) -> str:
        paragraphs = text.split("\n\n")
        how = random.choice(("verbatim", "trimmed", "edited", "own paragraphs", "re-ordered"))
        if how == "trimmed":
            paragraphs = paragraphs[: max(3, int(len(paragraphs) * random.uniform(0.4, 0.8)))]
        elif how == "edited":
            words = " ".join(paragraphs).split(" ")
            for at in random.sample(range(len(words)), len(words) // 20):
                words[at] = self._some_words(random, 1)
            paragraphs = [" ".join(words)]
        elif how == "own paragraphs":
            paragraphs.insert(random.randrange(2, 4), " ".join(self._sentence(random) for _ in range(3)))
        elif how == "re-ordered":
            random.shuffle(paragraphs)
        return "\n\n".join(paragraphs)

    def _sentence(self, random: Random) -> str:
        parts = [self._part(random) for _ in range(random.randint(6, 16))]
        return f"{' '.join(parts).capitalize()}."

    def _part(self, random: Random) -> str:
        kind = random.random()
        if kind < 0.06:
            return str(random.randrange(1, 2000))
        if kind < 0.16:
            return self._some_words(random, 1).title()
        if kind < 0.45:
            return random.choices(self._phrases, cum_weights=self._phrase_weights)[0]
        return self._some_words(random, 1)

    def _some_words(self, random: Random, count: int) -> str:
        return " ".join(random.choices(self._words, cum_weights=self._word_weights, k=count))


class Stopwatch:
    """Takes the time of phases."""

    def __init__(self) -> None:
        self.phases: dict[str, Phase] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        before = self.phases.get(name, Phase(name, 0, 0))
        self.phases[name] = Phase(
            name,
            before.wall_seconds + time.perf_counter() - wall,
            before.cpu_seconds + time.process_time() - cpu,
        )


def bench(window: int, batch: int, seed: int = 1) -> Figures:
    """Group one batch; the phases "sketch" and "find" are done once more, on their own."""
    newsroom, watch = Newsroom(seed), Stopwatch()

    def texts(version_ids: Sequence[str]) -> Mapping[str, str]:
        with watch("make texts of the window"):
            return {version_id: newsroom.text(_number(version_id)) for version_id in version_ids}

    with watch("make the window"):
        members = [_member(newsroom, number, window) for number in range(window)]
    articles = [_article(newsroom, number) for number in range(window, window + batch)]
    before = _peak_bytes()
    with watch("group"):
        grouped = group(articles, members, texts)
    after = _peak_bytes()
    with watch("sketch"):
        sketches = [signature(one.text) for one in articles]
    with watch("find candidates"):
        most_alike([*(member.signature for member in members), *sketches], window, CANDIDATES_MAX)
    copies = [number for number in range(window, window + batch) if newsroom.original(number) != number]
    right = [member for member in grouped if member.story_id == _story_id(newsroom, member.version_id)]
    return Figures(
        window=window,
        batch=batch,
        phases=list(watch.phases.values()),
        peak_bytes_before=before,
        peak_bytes=after,
        copies=len(copies),
        copies_found=sum(_number(member.version_id) in set(copies) for member in right),
        joined_wrongly=sum(member.rule != "first" for member in grouped) - sum(m.rule != "first" for m in right),
    )


def _version_id(number: int) -> str:
    return f"{number:016x}"


def _number(version_id: str) -> int:
    return int(version_id, 16)


def _story_id(newsroom: Newsroom, version_id: str) -> str:
    return make_id("story", _version_id(newsroom.original(_number(version_id))))


def _member(newsroom: Newsroom, number: int, window: int) -> StoryMember:
    """As a night before has made it."""
    version_id = _version_id(number)
    story_id = _story_id(newsroom, version_id)
    is_first = newsroom.original(number) == number
    return StoryMember(
        version_id=version_id,
        day=DAY - timedelta(days=DAYS - DAYS * number // window),
        article_id=version_id,
        source_id=f"outlet-{number % 500}",
        story_id=story_id,
        similarity=1.0,
        matched_version_id=None if is_first else _version_id(newsroom.original(number)),
        rule="first" if is_first else "near-copy",
        signature=signature(newsroom.text(number)),
        grouper="benchmark",
    )


def _article(newsroom: Newsroom, number: int) -> Article:
    return article(
        _version_id(number),
        article_id=_version_id(number),
        source_id=f"outlet-{number % 500}",
        day=DAY,
        text=newsroom.text(number),
        captured_at=NOON + timedelta(seconds=number),
    )


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_stories", description=__doc__)
    parser.add_argument("--window", type=int, default=100_000, help="articles of the days before (default: 100000)")
    parser.add_argument("--batch", type=int, default=5_000, help="articles of the night (default: 5000)")
    parser.add_argument("--json", action="store_true", help="all figures as JSON")
    options = parser.parse_args(arguments)
    figures = bench(options.window, options.batch)
    print(json.dumps(asdict(figures)) if options.json else "\n".join(_lines(figures)))


def _lines(figures: Figures) -> Iterator[str]:
    yield f"{figures.batch:,} articles against {figures.window:,} of the {DAYS} days before"
    for phase in figures.phases:
        yield f"  {phase.name:<26} {phase.wall_seconds:8.1f} s, CPU {phase.cpu_seconds:8.1f} s"
    yield f"peak memory {figures.peak_bytes / 1e6:,.0f} MB, {figures.peak_bytes_before / 1e6:,.0f} MB before the grouping"
    yield f"{figures.copies_found} of {figures.copies} copies found, {figures.joined_wrongly} joined wrongly"


if __name__ == "__main__":
    main()
