"""Grouping near-identical articles: what is a copy, what is not, and what that costs."""

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from random import Random

import numpy as np
import pytest
from benchmarks.bench_stories import bench
from hypothesis import given, settings
from hypothesis import strategies as st
from stories.labelled import Labelled, labelled
from support.make import NEXT, NOON, article

from pipeline.articles.stories.group import group, signature
from pipeline.articles.stories.likeness import likeness
from pipeline.articles.stories.shingles import shingled
from pipeline.articles.stories.sketch import most_alike, sketch
from pipeline.records import Article, StoryMember, make_id

TESTS = Path(__file__).parents[1]
WORDS = [first + second for first in ("ba", "ce", "di", "fo", "gu", "la", "me", "ni") for second in "bcdfghjklmnprstvz"]


def paragraph(number: int, words: int = 30) -> str:
    """Words that no other paragraph has in this order."""
    return " ".join(Random(f"paragraph {number}").choices(WORDS, k=words)).capitalize() + "."


def report(*numbers: int) -> str:
    return "\n\n".join(map(paragraph, numbers))


REPORT = report(*range(10))


def version(name: str, text: str = REPORT, **changes: object) -> Article:
    return article(name, **{"article_id": f"article of {name}", "source_id": name, "text": text, **changes})


def at(minute: int, *articles: Article) -> list[Article]:
    """The articles, captured one minute after the other."""
    return [replace(one, captured_at=NOON + timedelta(minutes=minute + n)) for n, one in enumerate(articles)]


def no_texts(version_ids: Sequence[str]) -> Mapping[str, str]:
    return {}


def grouped(*articles: Article) -> list[StoryMember]:
    return group(at(0, *articles), [], no_texts)


def are_one_story(*texts: str) -> bool:
    return len({member.story_id for member in grouped(*(version(f"v{n}", text) for n, text in enumerate(texts)))}) == 1


# ── the labelled articles ────────────────────────────────────────────────────────────────────

TUNED, HELD_OUT = labelled("tuned"), labelled("held_out")


def members_of(articles: Sequence[Labelled]) -> list[StoryMember]:
    """Grouped in the order in which they are listed, each by an outlet of its own."""
    return grouped(*(version(f"{number:03}", one.text) for number, one in enumerate(articles)))


def precision_and_recall(articles: Sequence[Labelled]) -> tuple[float, float]:
    """Of pairs of articles that are put in one story, those that belong there; and the other way round."""
    found = [member.story_id for member in members_of(articles)]
    pairs = [
        (one.story == other.story, story == other_story)
        for (one, story), (other, other_story) in combinations(zip(articles, found, strict=True), 2)
    ]
    both, wanted, put = (sum(map(which, pairs)) for which in (all, lambda pair: pair[0], lambda pair: pair[1]))
    return both / put, both / wanted


def test_there_are_labelled_articles_enough() -> None:
    articles = TUNED + HELD_OUT

    assert len({one.name for one in articles}) == len(articles) >= 150
    assert len({one.story for one in articles}) >= 80


@pytest.mark.parametrize("articles", [TUNED, HELD_OUT, TUNED + HELD_OUT], ids=["tuned", "held out", "all"])
def test_labelled_articles_are_grouped_as_they_are_labelled(articles: list[Labelled]) -> None:
    precision, recall = precision_and_recall(articles)

    assert precision >= 0.98
    assert recall >= 0.9


@pytest.mark.parametrize("seed", range(2))
def test_precision_does_not_hang_on_which_article_came_first(seed: int) -> None:
    articles = TUNED + HELD_OUT
    Random(seed).shuffle(articles)

    precision, recall = precision_and_recall(articles)

    assert precision >= 0.98
    assert recall >= 0.85


def test_two_nights_give_the_stories_of_one() -> None:
    articles = at(0, *(version(f"{number:03}", one.text) for number, one in enumerate(TUNED)))
    texts = {one.version_id: one.text for one in articles}
    middle = len(articles) // 2

    first = group(articles[:middle], [], no_texts)
    second = group([replace(one, day=NEXT) for one in articles[middle:]], first, lambda ids: {i: texts[i] for i in ids})

    assert [m.story_id for m in first + second] == [m.story_id for m in group(articles, [], no_texts)]


# ── what is one story ────────────────────────────────────────────────────────────────────────


def test_the_first_version_opens_a_story_that_is_named_after_it() -> None:
    (member,) = grouped(version("wire"))

    assert (member.story_id, member.rule) == (make_id("story", "wire"), "first")
    assert (member.similarity, member.matched_version_id) == (1.0, None)


def test_a_copy_joins_the_story_of_its_original() -> None:
    wire, copy = grouped(version("wire"), version("daily", title="Another headline"))

    assert (copy.story_id, copy.matched_version_id) == (wire.story_id, "wire")
    assert (copy.rule, copy.similarity) == ("copy", 1.0)


def test_case_punctuation_spaces_and_the_signs_of_numbers_make_no_difference() -> None:
    wire, copy = grouped(
        version("wire", f"“It cost 1,200 dollars,” he said. {REPORT}"),
        version("daily", f'"IT COST 1200 dollars", He said: {REPORT.replace(". ", " - ")}'),
    )

    assert (copy.story_id, copy.rule) == (wire.story_id, "copy")


def test_a_near_copy_says_how_similar_it_is() -> None:
    _, half = grouped(version("wire"), version("daily", report(0, 1, 2, 3, 4)))

    assert half.rule == "near-copy"
    assert half.similarity == pytest.approx(2 / 3, abs=0.02)


def test_paragraphs_may_be_dropped_moved_and_added() -> None:
    assert are_one_story(
        REPORT, report(0, 1, 2, 3), report(0, 4, 2, 3, 1, 5, 9), report(0, 1, 20, 2, 3, 4, 5, 21, 6, 7)
    )


def test_texts_that_share_less_than_most_are_two_stories() -> None:
    assert not are_one_story(REPORT, report(0, 1, 2, 3, 20, 21, 22, 23, 24, 25))


def test_texts_that_begin_differently_must_share_nearly_all() -> None:
    assert not are_one_story(REPORT, report(20, 21, 22, 3, 4, 5, 6, 7, 8, 9))
    assert are_one_story(REPORT, report(20, 0, 1, 2, 3, 4, 5, 6, 7, 8))


def test_a_digest_is_no_copy_of_its_items() -> None:
    digest = "\n\n".join(paragraph(number, 60) for number in range(5))

    assert not are_one_story(digest, paragraph(0, 60))


def test_a_short_notice_is_no_story_even_when_it_is_the_same() -> None:
    notice = "This article is for subscribers only. Please log in to read on."

    assert not are_one_story(notice, notice)


TEMPLATE = (
    "The river {river} stood at {level} metres at {town} on {day}, the water board said, {change} centimetres {how} "
    "than the day before. The board expects the level to change little until the end of the week. Ships may pass the "
    "lock in both directions, but their masters should ask the harbour office at {town} for the draught that is allowed "
    "on the day. The next report will be published in the morning, and warnings are sent to all who have asked for them."
)


def test_a_template_with_other_numbers_and_names_is_another_story() -> None:
    one = TEMPLATE.format(river="Alme", level="3.42", town="Neustadt", day="Monday", change="12", how="more")
    other = TEMPLATE.format(river="Ombra", level="1.97", town="Gornik", day="Tuesday", change="4", how="less")

    assert likeness(shingled(one), shingled(other)).containment > 0.7
    assert not are_one_story(one, other)
    assert are_one_story(one, one.replace("will be published", "is published"))


def test_one_corrected_number_makes_no_other_story() -> None:
    text = f"At least 23 people died when a ferry sank off Tamberra on Monday, officials said. {REPORT}"

    assert are_one_story(text, text.replace("23", "24"))


def test_names_may_be_spelled_otherwise() -> None:
    text = f"Talks in Kyiv about the estate of Gaddafi, of Qasimov and of Mozhaev ended in Kyiv on Monday. {REPORT}"
    names = {"Kyiv": "Kiev", "Gaddafi": "Qaddafi", "Qasimov": "Kasymov", "Mozhaev": "Mojayev"}
    other = text
    for name, spelled in names.items():
        other = other.replace(name, spelled)

    found = likeness(shingled(text), shingled(other))
    assert found.agreement == 1.0
    assert are_one_story(text, other)


def test_copies_of_copies_do_not_drift_away_from_the_first() -> None:
    first = report(*range(10))
    update = report(*range(7), 11, 12, 13)
    far = report(0, 5, 6, 11, 12, 13, 14, 15, 16)

    assert are_one_story(first, update)
    assert are_one_story(update, far)
    assert not are_one_story(first, update, far)


def test_scripts_without_spaces_are_compared_by_their_characters() -> None:
    text = "连日暴雨引发的山洪周一凌晨冲毁了西川省石门县的一座公路桥，造成至少九人死亡，当地政府说。" * 3

    assert len(shingled("石门县2013年").words) == 5
    assert are_one_story(text, text.replace("，", ""))


def test_vowel_signs_belong_to_their_words() -> None:
    assert len(shingled("हिन्दी में").words) == 2


# ── versions and the window ──────────────────────────────────────────────────────────────────


def test_versions_of_one_article_are_one_story_whatever_changed() -> None:
    first, second = grouped(version("v1"), version("v2", report(30, 31, 32), article_id="article of v1"))

    assert (second.story_id, second.rule) == (first.story_id, "version")
    assert (second.matched_version_id, second.similarity) == ("v1", 0.0)


def test_a_version_of_an_article_of_the_window_stays_in_its_story() -> None:
    window = grouped(version("v1"))
    (member,) = group([version("v2", article_id="article of v1", day=NEXT)], window, lambda ids: {"v1": REPORT})

    assert (member.story_id, member.similarity) == (window[0].story_id, 1.0)


def test_a_member_of_the_window_gives_the_story_its_name() -> None:
    window = [replace(member, story_id="an older story") for member in grouped(version("wire"))]
    (member,) = group([version("daily", day=NEXT)], window, lambda ids: {"wire": REPORT})

    assert (member.story_id, member.day) == ("an older story", NEXT)


def test_only_the_texts_of_candidates_are_asked_for_and_all_at_once() -> None:
    texts = {f"v{number}": report(*range(10 * number, 10 * number + 10)) for number in range(20)}
    window = grouped(*(version(name, text) for name, text in texts.items()))
    asked: list[Sequence[str]] = []

    def fetch(version_ids: Sequence[str]) -> Mapping[str, str]:
        asked.append(version_ids)
        return {version_id: texts[version_id] for version_id in version_ids}

    found = group([version("a", texts["v3"]), version("b", texts["v7"]), version("c", report(900, 901))], window, fetch)

    assert asked == [["v3", "v7"]]
    assert [member.matched_version_id for member in found] == ["v3", "v7", None]


def test_a_text_of_the_window_that_is_gone_matches_nothing() -> None:
    (member,) = group([version("daily", day=NEXT)], grouped(version("wire")), no_texts)

    assert member.rule == "first"


def test_a_sketch_of_another_format_matches_nothing() -> None:
    (wire,) = grouped(version("wire"))
    window = [replace(wire, signature=b"\xff" + wire.signature[1:]), replace(wire, version_id="w2", signature=b"?")]

    (member,) = group([version("daily", day=NEXT)], window, lambda ids: dict.fromkeys(ids, REPORT))

    assert member.rule == "first"


# ── the same everywhere ──────────────────────────────────────────────────────────────────────

SOME = [
    *at(0, version("a"), version("b", report(0, 1, 2, 3, 4))),
    *at(0, version("c", report(0, 1, 2, 3)), version("d", report(50, 51, 52))),
    *at(0, version("e", report(50, 51, 52)), version("f", report(90, 91), article_id="article of a")),
]


@given(st.permutations(SOME))
@settings(max_examples=20, deadline=None)
def test_the_order_of_the_input_does_not_matter(articles: list[Article]) -> None:
    assert group(articles, [], no_texts) == group(SOME, [], no_texts)


def test_signatures_are_the_same_on_every_machine() -> None:
    assert make_id(signature(REPORT).hex()) == "883c46c5ed6ad84d"


def test_signatures_do_not_hang_on_the_seed_of_hashes() -> None:
    program = "import sys; from pipeline.articles.stories.group import signature; print(signature(sys.argv[1]).hex())"
    seeded = os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": str(TESTS.parent)}
    command = [sys.executable, "-c", program, REPORT]
    done = subprocess.run(command, env=seeded, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == signature(REPORT).hex()


TEXTS = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(["the", "Kyiv", "12", "1,200.5", "\u0301", "石", "ไทย", "𠀀", "ﷺ", "a b", ".", "\ud800"])
    ).map(" ".join),
    st.lists(st.integers(0, 12), max_size=8).map(lambda numbers: report(*numbers)),
)


@given(st.lists(TEXTS, max_size=8))
@settings(max_examples=60, deadline=None)
def test_any_texts_give_a_member_each(texts: list[str]) -> None:
    members = grouped(*(version(f"v{number}", text) for number, text in enumerate(texts)))

    assert [member.version_id for member in members] == [f"v{number}" for number in range(len(texts))]
    firsts = {member.story_id for member in members if member.rule == "first"}
    assert {member.story_id for member in members} == firsts
    assert all(0 <= member.similarity <= 1 for member in members)


# ── sketches ─────────────────────────────────────────────────────────────────────────────────


@given(st.integers(0, 400), st.integers(1, 400), st.integers(1, 400))
@settings(max_examples=50, deadline=None)
def test_sets_that_share_half_are_found(shared: int, ours: int, theirs: int) -> None:
    numbers = np.random.default_rng(1).integers(0, 2**63, shared + ours + theirs).astype(np.uint64)
    one, other = numbers[: shared + ours], np.concatenate([numbers[:shared], numbers[shared + ours :]])

    found = most_alike([sketch(one), sketch(other)], 1, 8)

    if shared >= len(numbers) / 2:
        assert found == [[0]]
    if not shared:
        assert found == [[]]


def test_the_likest_come_first_and_no_more_than_wanted() -> None:
    sketches = [signature(report(*numbers)) for numbers in (range(4), range(6), range(8), range(20, 30), range(8))]

    assert most_alike(sketches, 4, 2) == [[2, 1]]
    assert most_alike(sketches, 4, 8) == [[2, 1, 0]]
    assert most_alike([], 0, 8) == []


# ── cost ─────────────────────────────────────────────────────────────────────────────────────


def cpu_seconds(articles: Iterable[Article]) -> float:
    start = time.process_time()
    group(articles, [], no_texts)
    return time.process_time() - start


HUGE = {
    "words": " ".join(Random(1).choices(WORDS, k=200_000)),
    "one word": "word " * 250_000,
    "characters": "石" * 400_000,
    "a letter that stands for eighteen": "ﷺ" * 400_000,
    "no words": "." * 1_000_000,
    "numbers": "a1.b2," * 200_000,
    "names": " ".join(f"Name{n} said so and went on" for n in range(40_000)),
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE.keys())
def test_a_text_of_a_megabyte_takes_no_long_time(text: str) -> None:
    assert cpu_seconds(at(0, version("a", text), version("b", text.replace("said so and", "did so and")))) < 5


def test_many_texts_that_are_all_alike_take_no_long_time() -> None:
    assert cpu_seconds(version(f"v{number}", f"{REPORT} {number}") for number in range(500)) < 5


def test_the_benchmark_finds_the_copies_that_it_made() -> None:
    figures = bench(window=300, batch=100)

    assert figures.copies > 5
    assert figures.copies_found >= 0.9 * figures.copies
    assert figures.joined_wrongly == 0
