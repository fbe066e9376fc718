"""The explanation of a coding: it names the evidence of every row, agrees with the coder, and prints any text."""

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeline import console
from pipeline.cli import app
from pipeline.coder.coder import BuiltinCoder
from pipeline.coder.explain import explain
from pipeline.coder.explain_lines import lines, rows
from pipeline.coder.explanation import Explanation, PartySeen, PlaceSeen, TimeSeen, WordWeighed
from pipeline.coder.settings import KEEP, TELL
from pipeline.errors import ConfigError
from pipeline.records import Document, Span
from pipeline.single import explain_files

STORY = Document(
    document_id="story",
    title="Shelling near the border",
    text=(
        "SHAMKIR, Azerbaijan — Rebels shelled a village near Shamkir on Monday, killing three people, the governor said. "
        "They denied firing on the village.\n\nRain fell all evening and the river rose."
    ),
    published_on=date(2026, 11, 18),
    source_country_code="AZE",
)
QUIET = Document(
    document_id="quiet", title="A recipe for soup", text="Leeks are sweet in autumn. Salt is enough.", published_on=None
)
HOSTILE = {
    "nothing": "",
    "a word": "Rebels",
    "markup": "[bold]Rebels[/bold] killed [/red] three [link=x]people[/] in [Goma]",
    "escapes": "\x1b[31mRebels killed three\x1b[0m \x9b31m people in Goma\x07",
    "direction": "Rebels\u202e killed three\u2066 people in Goma",
    "open quotes": "“Rebels killed three “people " * 5,
    "emoji": "💥🔥 army kills 5 😀👩\u200d🚒",
    "capitals": "ARMY KILLED " * 20,
    "table": "1 2 3 | 4 5 | killed | 7\n" * 5,
    "control characters": "Rebels\x00 killed\r\n three\tpeople\v",
}


@pytest.fixture(scope="module")
def story() -> Explanation:
    return explain(STORY)


@cache
def hostile(text: str) -> Explanation:
    return explain(Document(document_id=text[:9], title=text, text=text, published_on=None))


def parts(of: Any) -> Iterator[Any]:
    """Every record inside a record."""
    if isinstance(of, tuple | list):
        for inner in of:
            yield from parts(inner)
    elif is_dataclass(of):
        yield of
        for field in fields(of):
            yield from parts(getattr(of, field.name))


def shown(explanation: Explanation) -> str:
    with console.out.capture() as capture:
        console.show_explanation(explanation)
    return capture.get()


def cited(document: Document, span: Span) -> str:
    return (document.title if span.part == "title" else document.text)[span.start : span.end]


# ── agreement with the coder ─────────────────────────────────────────────────────────────────


def test_what_is_explained_is_what_is_coded(story: Explanation) -> None:
    assert story.coding == BuiltinCoder().code(STORY)
    assert story.coding.mentions
    assert story.coding.claims


def test_every_event_names_its_rule_and_the_words_that_tell_it(story: Explanation) -> None:
    kept = {happening.number: happening for happening in story.happenings if happening.number}
    spans = {sentence.number: sentence.span for sentence in story.sentences}

    assert list(kept) == [mention.number for mention in story.coding.mentions]
    for mention in story.coding.mentions:
        happening = kept[mention.number]
        assert (happening.type_code, happening.rule) == (mention.type_code, mention.rule)
        assert mention.rule
        assert tuple(dict.fromkeys(spans[telling.sentence] for telling in happening.tellings)) == mention.spans


def test_every_party_time_and_place_of_an_event_is_among_what_was_weighed(story: Explanation) -> None:
    attack = story.coding.mentions[0]
    seen = story.happenings[0]

    assert {side.actor_as for side in seen.sides} >= {actor.text for actor in attack.actors}
    assert {side.recipient_as for side in seen.sides} >= {recipient.text for recipient in attack.recipients} != set()
    assert [choice.means for choice in seen.times if choice.is_taken] == [str(attack.start_date)] == ["2026-11-16"]
    assert attack.place is not None
    assert [choice.text for choice in seen.places if choice.is_taken] == [attack.place.text]
    assert seen.statuses is not None
    assert next(iter(seen.statuses)) == attack.status


def test_every_claim_names_its_rule_and_was_weighed_in_its_sentence(story: Explanation) -> None:
    by_span = {sentence.span: sentence for sentence in story.sentences}

    for claim in story.coding.claims:
        assert claim.rule
        taken = [one for one in by_span[claim.span].claims if one.is_taken]
        assert (claim.kind, claim.count_min, claim.count_max) in {
            (one.kind, one.count_min, one.count_max) for one in taken
        }


def test_words_are_taken_and_happenings_kept_from_their_bounds_on(story: Explanation) -> None:
    words = [word for sentence in story.sentences for word in sentence.candidates]

    assert {word.is_taken for word in words} == {True, False}
    assert all((word.is_taken or bool(word.convention)) == ((word.types[0].chance or 0) >= TELL) for word in words)
    assert all((happening.number is not None) == (happening.chance >= KEEP) for happening in story.happenings)


def test_a_likely_word_that_is_not_meant_as_an_event_says_why() -> None:
    demand = "The opposition called on the government to arrest the rebels."
    found = explain(Document(document_id="demand", title=demand, text=demand, published_on=None))
    arrest = [word for sentence in found.sentences for word in sentence.candidates if word.text == "arrest"]

    assert [word.is_taken for word in arrest] == [False, False]
    assert {word.convention for word in arrest} == {"it is only asked for, promised or threatened"}
    assert "not taken, it is only asked for" in shown(found.without_silent())


def test_an_actor_who_is_accused_and_denies_it_is_shown_as_left_out() -> None:
    text = (
        "Syria bombed the market in Idlib on Friday, killing 12 people. "
        "The opposition accused the Syrian government of bombing the market. Syria denied bombing the market."
    )
    found = explain(Document(document_id="denied", title="Syria bombed the market", text=text, published_on=None))
    attack = next(seen for seen in found.happenings if seen.type_code == "ASSAULT")
    assert attack.deniers == ("Syria",) and not any(side.actor_as for side in attack.sides)
    assert next(mention for mention in found.coding.mentions if mention.type_code == "ASSAULT").actors == ()
    assert "no actor: Syria, accused of it and denying it" in shown(found)


def test_words_say_what_spoke_for_them(story: Explanation) -> None:
    shelled = next(word for word in story.sentences[1].candidates if word.text == "shelled")

    assert shelled.types[0].type_code == "ASSAULT"
    assert any("ASSAULT" in pattern for pattern in shelled.patterns)
    assert shelled.reasons
    weights = [reason.weight for reason in shelled.reasons]
    assert weights == sorted(weights, reverse=True)


# ── offsets ──────────────────────────────────────────────────────────────────────────────────


def test_what_is_cited_stands_where_it_is_said_to_stand(story: Explanation) -> None:
    named = [part for part in parts(story) if isinstance(part, PartySeen | TimeSeen | PlaceSeen | WordWeighed)]

    assert {type(part) for part in named} == {PartySeen, TimeSeen, PlaceSeen, WordWeighed}
    assert all(cited(STORY, part.span) == part.text for part in named)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_offsets_lie_inside_the_text(text: str) -> None:
    spans = [part for part in parts(hostile(text)) if isinstance(part, Span)]

    assert spans
    assert all(0 <= span.start <= span.end <= len(text) for span in spans)


# ── what is shown ────────────────────────────────────────────────────────────────────────────


def test_an_article_that_tells_nothing_says_so() -> None:
    explanation = explain(QUIET)
    text = shown(explanation.without_silent())

    assert explanation.coding.mentions == ()
    assert "Nothing here is coded as an event: no word" in text
    assert "Not shown, for they tell nothing: [0] [1] [2]" in text
    assert "Leeks" not in text
    assert "Leeks" in shown(explanation)
    assert rows(explanation) == []


def test_a_sentence_that_tells_nothing_names_the_word_that_came_closest() -> None:
    (_, leeks, _) = explain(QUIET).sentences

    assert leeks.candidates
    assert not any(word.is_taken for word in leeks.candidates)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_prints_as_plain_text(text: str) -> None:
    assert all(one.text.isprintable() for one in lines(hostile(text)))
    assert all(one.isprintable() or one == "\n" for one in shown(hostile(text)))


def test_brackets_of_the_text_are_no_markup() -> None:
    text = HOSTILE["markup"]

    assert text in shown(hostile(text))


def test_every_event_has_a_row_with_the_sentences_that_tell_it(story: Explanation) -> None:
    table = rows(story)

    assert [row["event"] for row in table] == [str(mention.number) for mention in story.coding.mentions]
    assert "[1]" in table[0]["evidence"]
    assert (table[0]["type"], table[0]["first day"], table[0]["place"]) == ("ASSAULT", "2026-11-16", "Shamkir, AZE")


def test_one_sentence_is_shown_with_its_own_events_and_claims_only(story: Explanation) -> None:
    denial = story.only(2)

    assert [sentence.number for sentence in denial.sentences] == [2]
    assert "REJECT" in {mention.type_code for mention in denial.coding.mentions}
    assert {claim.stance for claim in denial.coding.claims} == {"denies"}
    assert "Rain" not in shown(denial)
    assert len(story.only(1).coding.mentions) < len(story.coding.mentions)


# ── the command ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "story.txt"
    path.write_text(f"{STORY.title}\n\n{STORY.text}", encoding="utf-8")
    return path


def test_the_command_gives_the_same_facts_as_json(file: Path) -> None:
    answer = CliRunner().invoke(app, ["code", "--explain", "--json", str(file), str(file)])
    first, second = map(json.loads, answer.stdout.splitlines())

    assert first == second
    assert first["file"] == str(file)
    assert [sentence["number"] for sentence in first["sentences"]] == [0, 1, 2]
    assert first["silent"] == [3]
    assert first["coding"]["mentions"][0]["type_code"] == "ASSAULT"
    assert first["happenings"][0]["sides"]
    assert first["bounds"]["tell"] == TELL


def test_a_sentence_that_is_not_there_is_refused_with_those_that_are(file: Path) -> None:
    with pytest.raises(ConfigError, match="sentences 0, its title, to 3"):
        list(explain_files([file], 4))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--sentence", "1"], "give --explain too"),
        (["--json"], "give --explain too"),
        (["--all"], "give --explain too"),
        (["--explain", "--format", "bench"], "leave out"),
        (["--explain", "--out", "."], "leave out"),
        (["--explain", "--coder", "chat"], "leave out"),
    ],
)
def test_options_that_do_not_go_together_are_refused(file: Path, arguments: list[str], says: str) -> None:
    answer = CliRunner().invoke(app, ["code", *arguments, str(file)])

    assert isinstance(answer.exception, ConfigError)
    assert says in str(answer.exception)
