"""The chat coder's pure parts: what is sent, what comes back, and what is made of it."""

import json
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.chat_server import answer, claim, document, event, party

from pipeline.chat.answers import answer_schema
from pipeline.chat.dialect import Dialect
from pipeline.chat.numbered import DOCUMENTS_MAX, SENTENCE_MAX, Numbered, batches, number
from pipeline.chat.prompt import objection, question, system_prompt
from pipeline.chat.reading import UnusableAnswer, read_answer
from pipeline.chat.reply import Declined, Usage, answer_in
from pipeline.events.ontology import event_types, role_codes
from pipeline.records import CodedClaim, CodedMention, Coding, Document, Entity, PlaceName, Span

TITLE = "Police arrest 12 in Nairobi"
TEXT = "Police in Nairobi arrested 12 protesters on Monday. A spokesman said that they would be charged."
DOCUMENT = Document(
    document_id="x1", title=TITLE, text=TEXT, published_on=date(2026, 11, 17), source_name="Wire",
    source_country_code="KEN",
)  # fmt: skip
ARTICLE = number(DOCUMENT, 10_000)
FIRST = Span(part="text", start=0, end=51)


def an_article(text: str, title: str = "", text_max: int = 10_000) -> Numbered:
    return number(Document(document_id="x", title=title, text=text, published_on=None), text_max)


def coding(*rows: dict[str, Any]) -> Coding:
    (found,) = read_answer(answer(*rows), [ARTICLE])
    assert not isinstance(found, UnusableAnswer), found
    return found.coding(ARTICLE, "chat")


def problem(row: dict[str, Any]) -> str:
    (found,) = read_answer(answer(row), [ARTICLE])
    assert isinstance(found, UnusableAnswer)
    return str(found)


# ── what is sent ─────────────────────────────────────────────────────────────────────────────


def test_sentences_are_numbered_and_the_title_is_sentence_0() -> None:
    assert ARTICLE.text.split("\n") == [
        "Outlet: Wire (KEN)",
        "Published: 2026-11-17, a Tuesday",
        "[0] Police arrest 12 in Nairobi",
        "[1] Police in Nairobi arrested 12 protesters on Monday.",
        "[2] A spokesman said that they would be charged.",
    ]


def test_what_is_not_known_of_an_article_is_said_to_be_unknown() -> None:
    assert an_article("One.").text == "Outlet: unknown (country unknown)\nPublished: unknown\n[1] One."


def test_an_empty_title_is_no_sentence() -> None:
    (found,) = read_answer(answer(document(events=[event(sentences=[0])])), [an_article("One. Two.", title=" ")])
    assert "there is no sentence 0; the sentences are 1 to 2" in str(found)


def test_a_long_text_is_cut_after_a_whole_sentence_with_a_note() -> None:
    article = an_article("The first one. The second one. The third one.", text_max=35)
    assert [article.sentence(span) for span in article.spans] == ["", "The first one.", "The second one."]
    assert article.notes == ("text cut after 30 of 45 characters",)


def test_a_text_that_is_not_cut_has_no_note() -> None:
    assert an_article("The first one. The second one. \n", text_max=30).notes == ()


def test_of_a_text_of_one_endless_sentence_the_beginning_is_sent() -> None:
    article = an_article("x" * 50_000, text_max=2_000)
    assert len(article.sentence(article.spans[1])) == SENTENCE_MAX
    assert article.notes


@given(st.text(max_size=400), st.integers(1, 300))
def test_whatever_the_text_the_spans_are_inside_it_and_no_line_is_forged(text: str, text_max: int) -> None:
    article = number(Document(document_id="x", title=text, text=text, published_on=None, source_name=text), text_max)
    body = article.spans[1:]
    assert all(0 <= span.start < span.end <= len(text) for span in body)
    assert all(one.end <= other.start for one, other in pairwise(body))
    assert len(article.text.split("\n")) == 2 + len(article.numbers)
    assert json.dumps(article.text).encode()


def test_short_articles_share_a_request_and_a_long_one_is_alone() -> None:
    short, long = an_article("Short. " * 5), an_article("Long. " * 200)
    groups = batches([short, short, long, short], tokens_max=2 * short.tokens)
    assert list(groups) == [[short, short], [long], [short]]


def test_no_request_has_more_articles_than_a_model_can_keep_apart() -> None:
    assert [len(group) for group in batches([ARTICLE] * 25, 10**6)] == [DOCUMENTS_MAX, DOCUMENTS_MAX, 5]


def test_without_tokens_to_share_every_article_is_alone() -> None:
    assert [len(group) for group in batches([ARTICLE] * 3, 0)] == [1, 1, 1]


def test_the_task_defines_every_type_mode_and_role() -> None:
    text = system_prompt()
    types = [line for line in text.splitlines() if line.partition(":")[0] in event_types()]
    assert len(types) == len(event_types()) == 16
    for line, kind in zip(types, event_types().values(), strict=True):
        assert all(mode in line for mode in kind.modes)
    assert all(f"\n{role}: " in text for role in role_codes())


def test_articles_follow_the_task_each_under_its_number() -> None:
    system, user = question([ARTICLE, ARTICLE])
    assert (system["role"], user["role"]) == ("system", "user")
    assert user["content"] == f"# Article 1\n{ARTICLE.text}\n\n# Article 2\n{ARTICLE.text}"


def test_the_model_is_told_what_was_wrong() -> None:
    given, told = objection("{}", "no list")
    assert given == {"role": "assistant", "content": "{}"}
    assert "no list" in told["content"]


def objects(schema: Any) -> list[dict[str, Any]]:
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else []
    found = [schema] if isinstance(schema, dict) and schema.get("type") == "object" else []
    return found + [each for part in inner for each in objects(part)]


def test_the_schema_is_strict_all_the_way_down() -> None:
    found = objects(answer_schema())
    assert len(found) == 6
    for each in found:
        assert each["additionalProperties"] is False
        assert each["required"] == list(each["properties"])
    assert '"default"' not in json.dumps(answer_schema())


# ── what an endpoint knows ───────────────────────────────────────────────────────────────────


def asked(dialect: Dialect) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(dialect.body("small", question([ARTICLE]), 500))
    return body


def test_a_request_is_as_repeatable_as_the_protocol_allows() -> None:
    body = asked(Dialect())
    assert (body["model"], body["temperature"], body["seed"], body["max_tokens"]) == ("small", 0, 0, 500)
    assert body["response_format"]["json_schema"] == {"name": "coding", "strict": True, "schema": answer_schema()}


def test_where_no_schema_is_taken_the_task_holds_it() -> None:
    body = asked(Dialect("json_object"))
    assert body["response_format"] == {"type": "json_object"}
    assert json.dumps(answer_schema()) in body["messages"][0]["content"]
    assert "response_format" not in asked(Dialect("plain"))


@pytest.mark.parametrize(
    ("refusal", "then"),
    [
        ("'response_format' of type 'json_schema' is not supported", Dialect("json_object")),
        ("json_schema: extra fields not permitted", Dialect("json_object")),
        ("failed to parse grammar", Dialect("json_object")),
        ("Unsupported parameter: 'max_tokens'", Dialect(omitted=frozenset({"max_tokens"}))),
        ("temperature must be 1 for this model", Dialect(omitted=frozenset({"temperature"}))),
        ("the prompt is too long", None),
    ],
)
def test_a_refusal_teaches_what_to_leave_out(refusal: str, then: Dialect | None) -> None:
    assert Dialect().without(refusal) == then


def test_what_is_left_out_is_not_left_out_twice() -> None:
    barest = Dialect("plain", frozenset({"seed", "temperature", "max_tokens"}))
    assert barest.without("response_format, seed, temperature and max_tokens") is None
    assert set(asked(barest)) == {"model", "messages"}


# ── what comes back ──────────────────────────────────────────────────────────────────────────


def test_an_answer_becomes_a_coding_with_spans_for_sentence_numbers() -> None:
    found = coding(document(events=[event()], claims=[claim(source=party("spokesman"), of=party("protesters"))]))
    assert found.document_id == "x1"
    assert found.mentions == (
        CodedMention(
            number=1, type_code="COERCE", mode_codes=("arrest",),
            spans=(Span(part="title", start=0, end=len(TITLE)), FIRST), anchor=FIRST,
            actors=(Entity(text="police", country_code="KEN", role_code="COP"),),
            start_date=date(2026, 11, 16), end_date=date(2026, 11, 16),
            place=PlaceName(text="Nairobi", country_code="KEN"), rule="chat",
        ),
    )  # fmt: skip
    assert found.claims == (
        CodedClaim(
            about=1, kind="detained", stance="asserts", span=FIRST,
            source=Entity(text="spokesman", country_code="KEN", role_code="COP"), count_min=12, count_max=12,
            counted=Entity(text="protesters", country_code="KEN", role_code="COP"), rule="chat",
        ),
    )  # fmt: skip


def test_events_are_numbered_from_1_however_the_model_numbers_them() -> None:
    found = coding(document(events=[event(number=7), event(number=0)], claims=[claim(about=0)]))
    assert [mention.number for mention in found.mentions] == [1, 2]
    assert found.claims[0].about == 2


def test_the_anchor_is_one_of_the_sentences_and_none_counts_twice() -> None:
    (mention,) = coding(document(events=[event(sentences=[2, 0, 2], anchor=1)])).mentions
    assert [span.part for span in mention.spans] == ["title", "text", "text"]
    assert mention.anchor in mention.spans


def test_parties_that_the_article_does_not_name_are_noted() -> None:
    events = [event(actors=[party("POLICE"), party("army")], recipients=[party("protesters")])]
    claims = [claim(source=party("Amnesty"), of=party("army"))]
    assert coding(document(events=events, claims=claims)).notes == ("not in the text: army, Amnesty",)


def test_an_article_without_events_is_an_empty_coding() -> None:
    assert coding(document(events=[])) == Coding(document_id="x1", coder="chat")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (document(events=[event(type="FIGHT")]), "events.0.type: Value error, 'FIGHT' is no event type; choose from A"),
        (document(events=[event(type=None)]), "events.0.type: Input should be a valid string"),
        (document(events=[event(modes=["bite"])]), "'bite' is no mode"),
        (document(events=[event(modes=["demo"])]), "COERCE has no mode 'demo'"),
        (document(events=[event(anchor=3)]), "events.0.anchor: Value error, there is no sentence 3; the sentences are 0"),
        (document(events=[event(sentences=[-1])]), "events.0.sentences.0: Value error, there is no sentence -1"),
        (document(events=[event(start="Monday")]), "events.0.start: Value error, Invalid isoformat string"),
        (document(events=[event(start=20261116)]), "20261116 is no date"),
        (document(events=[event(start=None, end="2026-11-16")]), "end needs a start"),
        (document(events=[event(end="2026-11-15")]), "end needs a start"),
        (document(events=[event(actors="police")]), "events.0.actors: Input should be a valid list"),
        (document(events=[event(actors=[party(role="BOSS")])]), "'BOSS' is no role"),
        (document(events=[event(actors=[party(country="Kenya")])]), "'Kenya' is no code of ISO 3166-1 alpha-3"),
        (document(events=[event(actors=[party("\x00 ")])]), "0 characters; a name has 1 to 300"),
        (document(events=[event(actors=[party("x" * 301)])]), "301 characters; a name has 1 to 300"),
        (document(events=[event(status="rumoured")]), "Input should be 'occurred', 'planned', 'hypothetical' or"),
        (document(events=[event()] * 201), "events: Value error, 201 entries; a list has at most 200"),
        (document(events=[event(), event()]), "two events have the same number"),
        (document(events=[event(mood="sad")]), "events.0.mood: Extra inputs are not permitted"),
        (document(events=[], claims=[claim()]), "a claim is about event 1, which is not there"),
        (document(claims=[claim(about=None)]), "only a cumulative claim is about no event"),
        (document(claims=[claim(min=-1)]), "-1 is no count"),
        (document(claims=[claim(max=10**12)]), "1000000000000 is no count"),
        (document(claims=[claim(min=13)]), "min 13 is above max 12"),
        (document(claims=[claim(kind="occurrence")]), "a claim of kind occurrence has no min, max or of"),
        (document(claims=[claim(stance="accuses")]), "only a claim of kind actor accuses or admits"),
        (document(claims=[claim(accused=party())]), "only a claim of kind actor accuses or admits"),
        (document(claims=[claim(sentence="title")]), "claims.0.sentence: Input should be a valid integer"),
        ({"document": 1, "events": []}, "claims: Field required"),
        (document(2), "document 1 is answered 0 times"),
    ],
)  # fmt: skip
def test_an_answer_that_does_not_fit_is_refused_with_the_place_and_the_reason(row: dict[str, Any], says: str) -> None:
    assert says in problem(row)


def test_of_many_problems_the_first_few_are_told() -> None:
    assert problem(document(events=[event(type="X", number=n) for n in range(30)])).endswith("and 22 more")


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "```json\n{}\n```",
        "Here is the JSON you asked for:\n\n{}\n\nI hope {{that}} helps!",
        "<think>The article {{1}} is about…</think>\n{}",
        "\ufeff  {}",
    ],
)
def test_text_around_the_answer_does_not_matter(around: str) -> None:
    text = around.replace("{}", answer(document()), 1).replace("{{", "{").replace("}}", "}")
    (found,) = read_answer(text, [ARTICLE])
    assert not isinstance(found, UnusableAnswer)


@pytest.mark.parametrize(
    "text",
    ["", "no events", "{", '{"documents": [', '{"documents": {}}', '{"events": []}', "[1]", "{" * 100_000,
     '{"a":' + "[" * 100_000, '{"documents": ' + "9" * 5_000, "\ud800{"],
)  # fmt: skip
def test_what_is_no_answer_is_refused_for_all_articles(text: str) -> None:
    found = read_answer(text, [ARTICLE, ARTICLE])
    assert len(found) == 2
    assert all(isinstance(each, UnusableAnswer) and "not " in str(each) for each in found)


def test_each_document_of_a_batch_stands_for_itself() -> None:
    rows = [document(2), document(3, events=[event(type="X")]), document(4), document(4), document(9)]
    found = read_answer(answer(*rows), [ARTICLE] * 4)
    assert [isinstance(each, UnusableAnswer) for each in found] == [True, False, True, True]
    assert [str(found[0]), str(found[3])] == [
        "document 1 is answered 0 times, not once",
        "document 4 is answered 2 times, not once",
    ]


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(event())), st.sampled_from(sorted(claim())), ANY_JSON, ANY_JSON)
def test_whatever_stands_in_a_field_the_outcome_is_a_sound_coding_or_a_reason(
    in_event: str, in_claim: str, one: Any, other: Any
) -> None:
    row = document(events=[event(**{in_event: one})], claims=[claim(**{in_claim: other})])
    (found,) = read_answer(json.dumps({"documents": [row]}), [ARTICLE])
    if isinstance(found, UnusableAnswer):
        assert str(found)
        return
    made = found.coding(ARTICLE, "chat")
    assert all(mention.anchor in mention.spans for mention in made.mentions)
    assert all((claim.count_min or 0) >= 0 for claim in made.claims)


# ── replies ──────────────────────────────────────────────────────────────────────────────────


def reply(finish: str | None = "stop", usage: Any = None, **message: Any) -> bytes:
    return json.dumps({"choices": [{"message": message, "finish_reason": finish}], "usage": usage}).encode()


def test_the_text_of_a_reply_may_come_in_parts() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}]
    assert answer_in(reply(content="ab")) == answer_in(reply(None, content=parts)) == "ab"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (reply(content=None, refusal="I cannot help with that."), "the model refused: I cannot help"),
        (reply("length", content='{"documents": ['), "cut off; a higher EVENTWIRE_CHAT_ANSWER_TOKENS_MAX"),
        (reply("content_filter", content=""), "filter held the answer back"),
    ],
)
def test_an_answer_that_was_declined_is_told_apart(body: bytes, says: str) -> None:
    with pytest.raises(Declined, match=says):
        answer_in(body)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>Welcome</html>", b'{"choices": []}', b'{"choices": [{}]}', b'{"error": {"message": "busy"}}',
     b"\xff\xfe", b"null", reply(content=" "), reply(content=7), b'{"choices": ' + b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_reply_is_unusable(body: bytes) -> None:
    with pytest.raises(UnusableAnswer):
        answer_in(body)


def test_tokens_are_summed_and_missing_counts_are_counted() -> None:
    usage = Usage()
    usage.add(reply(content="a", usage={"prompt_tokens": 2_000_000, "completion_tokens": 10_000, "total": 1}))
    for bad in (None, {}, {"prompt_tokens": -1, "completion_tokens": 2}, "many"):
        usage.add(reply(content="a", usage=bad))
    usage.add(b"no JSON")
    assert (usage.requests, usage.uncounted) == (6, 5)
    assert (usage.prompt_tokens, usage.completion_tokens) == (2_000_000, 10_000)
    assert usage.cost(0.5, 2.0) == pytest.approx(1.02)
