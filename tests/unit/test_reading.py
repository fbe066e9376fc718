"""Documents as sentences: where they begin and end, what the dateline is, and what is not read."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.coder.reading import SENTENCE_MAX, TEXT_MAX, Reading, read
from pipeline.records import Document

TEXT = "Rebels shelled a town. Nine people died.\n\nThe army said “we will strike back”. It did."


def reading_of(text: str, title: str = "") -> Reading:
    return read(Document(document_id="d", title=title, text=text, published_on=None))


def test_the_title_is_sentence_0_and_the_text_follows() -> None:
    sentences = reading_of(TEXT, "Rebels shell town").sentences
    assert [sentence.text for sentence in sentences] == [
        "Rebels shell town",
        "Rebels shelled a town.",
        "Nine people died.",
        "The army said “we will strike back”.",
        "It did.",
    ]
    assert [(sentence.number, sentence.span.part) for sentence in sentences[:2]] == [(0, "title"), (1, "text")]


def test_a_document_without_title_and_text_has_an_empty_sentence_0() -> None:
    [title] = reading_of("").sentences
    assert (title.text, len(title.doc)) == ("", 0)
    assert len(reading_of(" \n\t ").sentences) == 1


def test_a_dateline_belongs_to_the_span_but_is_not_read() -> None:
    reading = reading_of("GOMA, Congo, May 4 (Reuters) - Rebels shelled a town. It burned.")
    opening = reading.sentences[1]
    assert reading.dateline is not None and reading.dateline.place == "GOMA, Congo"
    assert (opening.span.start, opening.text) == (0, "Rebels shelled a town.")
    assert opening.start == len("GOMA, Congo, May 4 (Reuters) - ")


def test_the_span_of_tokens_counts_in_the_article() -> None:
    text = "GOMA, Congo, May 4 (Reuters) - Rebels shelled a town. It burned."
    for sentence in reading_of(text).sentences[1:]:
        for token in sentence.doc:
            span = sentence.span_of(token, token)
            assert text[span.start : span.end] == token.text


def test_an_endless_sentence_is_read_up_to_a_bound_and_keeps_its_span() -> None:
    text = "word, " * 15_000
    [_, sentence] = reading_of(text).sentences
    assert len(sentence.text) == SENTENCE_MAX
    assert (sentence.span.start, sentence.span.end) == (0, len(text.rstrip()))


def test_what_lies_beyond_the_longest_text_is_not_read() -> None:
    sentences = reading_of("Nine people died.\n" + "there " * 20_000).sentences
    assert TEXT_MAX - 6 < sentences[-1].span.end <= TEXT_MAX


@pytest.mark.parametrize(
    "text", ["\0\x07\x1b[2J", "\ud800 died.", "👩‍🚀🔥", "٣ قتلى في المدينة.", "“", "\u202eevil\u202c"]
)
def test_odd_characters_keep_their_places(text: str) -> None:
    readable = text.replace("\ud800", "\ufffd")
    for sentence in reading_of(text, text).sentences:
        assert sentence.text in readable
        assert all(readable[sentence.start :][token.idx :].startswith(token.text) for token in sentence.doc)


@settings(max_examples=40)
@given(st.text(max_size=300), st.text(max_size=80))
def test_spans_are_in_order_and_inside_their_part(text: str, title: str) -> None:
    reading = reading_of(text, title)
    end = 0
    for sentence in reading.sentences[1:]:
        assert end <= sentence.span.start <= sentence.start <= sentence.span.end <= len(text)
        assert text[sentence.start :].startswith(sentence.text)
        end = sentence.span.end


def test_a_sentence_is_parsed_alike_in_any_company() -> None:
    [alone] = reading_of("Nine people died.").sentences[1:]
    among = reading_of(TEXT).sentences[2]
    assert [(t.tag_, t.dep_, t.head.i) for t in alone.doc] == [(t.tag_, t.dep_, t.head.i) for t in among.doc]
    assert replace(among, number=1, span=alone.span, start=0) == alone
