"""Versions: what makes a new one, and what it says that it changed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.make import NOON, article

from pipeline.articles.revisions import revise, revisions, undo
from pipeline.articles.versions import normalised, version_id

TEXT = "Nine people died in the raid on Monday, police said.\n\nThe army denied it."
WORDS = st.lists(st.sampled_from(["nine", "ten", "police", "said", "“so”", "\n\n", "é", " "]), max_size=30).map(
    " ".join
)


def changes(old: str, new: str) -> list[tuple[str, str]]:
    revision = revise(article("1", text=old), article("2", text=new))
    return [(change.removed, change.added) for change in revision.changes]


@pytest.mark.parametrize(
    "same",
    [
        TEXT.replace("\n\n", " "),
        f"  {TEXT}\n",
        TEXT.replace(" ", "\u00a0"),
        TEXT.replace("died", "die\u00add"),
        TEXT.replace("Nine", "\ufeffNine"),
    ],
)
def test_spaces_and_invisible_characters_make_no_new_version(same: str) -> None:
    assert version_id("a", "Nine dead", same) == version_id("a", "Nine dead", TEXT)


def test_the_shape_of_quotes_and_dashes_makes_no_new_version() -> None:
    assert version_id("a", "“Nine” – dead", "it’s") == version_id("a", '"Nine" - dead', "it's")


def test_a_word_a_number_or_the_article_makes_another_version() -> None:
    ids = {
        version_id(*key)
        for key in (("a", "Nine dead", TEXT), ("a", "Ten dead", TEXT), ("a", "Nine dead", TEXT[:-1]), ("b", "Nine dead", TEXT))
    }  # fmt: skip
    assert len(ids) == 4


def test_a_changed_word_is_the_only_change() -> None:
    assert changes(TEXT, TEXT.replace("Nine", "At least twelve")) == [("Nine", "At least twelve")]


def test_an_added_paragraph_is_one_change() -> None:
    note = "\n\nThis article was amended on Tuesday."
    assert changes(TEXT, TEXT + note) == [("", note)]
    assert changes(TEXT + note, TEXT) == [(note, "")]


def test_a_sentence_that_was_written_anew_is_one_change_and_not_many() -> None:
    old, new = "In the night the army denied it.", "In the night a spokesman for the ministry confirmed it."
    assert changes(old, new) == [(" the army denied", " a spokesman for the ministry confirmed")] or changes(
        old, new
    ) == [("the army denied", "a spokesman for the ministry confirmed")]


def test_title_and_text_are_told_apart_and_words_are_counted() -> None:
    new = article("2", title="Ten dead", text="Ten people died.")
    revision = revise(article("1", title="Nine dead", text="Nine people died."), new)

    assert [(change.part, change.start, change.removed, change.added) for change in revision.changes] == [
        ("title", 0, "Nine", "Ten"),
        ("text", 0, "Nine", "Ten"),
    ]
    assert (revision.words_removed, revision.words_added) == (2, 2)
    assert (revision.version_id, revision.previous_version_id) == ("2", "1")


@given(WORDS, WORDS)
@example("nine ten", "ten")
@example("世 nine", "nine")
def test_the_older_text_can_be_had_from_the_newer_one(old: str, new: str) -> None:
    revision = revise(article("1", text=old), article("2", text=new))

    assert normalised(undo(new, revision.changes)) == normalised(old)
    for change in revision.changes:
        assert new[change.start : change.start + len(change.added)] == change.added
        assert change.removed != change.added


def test_typography_is_no_change_beside_a_real_one() -> None:
    old, new = 'He said "no" - nine times.\n\nIt\'s calm.', "He said “no” – ten times. It’s calm."
    assert changes(old, new) == [("nine", "ten")]


def test_one_character_is_the_change_where_words_are_not_parted() -> None:
    text = "星期一，士兵炮击了该镇的市场，造成九人死亡，十二人受伤，官员说。"
    assert changes(text, text.replace("九", "十")) == [("九", "十")]


def test_texts_of_any_length_are_compared_in_time() -> None:
    old, new = "a b " * 100_000, "b c " * 100_000
    revision = revise(article("1", text=old), article("2", text=new))

    assert len(revision.changes) == 1
    assert undo(new, revision.changes) == old


# ── chains ──


def chain(*texts: str, known: str = "") -> list[tuple[str, str]]:
    """Revisions, as pairs of previous and new version, of versions seen in this order; the first is from before."""
    seen = [article(text, text=text, captured_at=NOON + timedelta(hours=number)) for number, text in enumerate(texts)]
    made = revisions(seen[1:], {"article-1": seen[0]}, {seen[0].version_id, *known})
    return [(revision.previous_version_id, revision.version_id) for revision in made]


def test_a_chain_leads_from_each_version_to_the_one_seen_before_it() -> None:
    assert chain("a", "b", "c") == [("a", "b"), ("b", "c")]


def test_a_version_that_is_seen_again_is_not_new() -> None:
    assert chain("a", "a") == []
    assert chain("a", "b", "a", "c") == [("a", "b"), ("a", "c")]
    assert chain("b", "a", "c", known="a") == [("a", "c")]


def test_articles_do_not_mix() -> None:
    other = replace(article("x"), article_id="article-2")
    assert revisions([article("1"), other, article("2")], {}, set())[0].previous_version_id == "1"
