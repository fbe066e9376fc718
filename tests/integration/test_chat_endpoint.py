"""The chat coder against an endpoint that speaks the protocol, and against one that misbehaves."""

import gzip
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support.chat_server import (
    Asked,
    ChatServer,
    FakeClock,
    Reply,
    answer,
    codes,
    completion,
    document,
    event,
    fails,
    says,
    sends,
    slowly,
)
from support.hostile import drip, endless, head, reset, response
from support.make import DAY, NOON, article, fill
from support.outlets import a_run

from pipeline.chat import ChatCoder
from pipeline.chat.exchange import REPLY_BYTES_MAX
from pipeline.coding import coder_of
from pipeline.errors import ConfigError, StageError
from pipeline.io.rows import to_row
from pipeline.io.store import Store
from pipeline.io.tables import ArticleRow, CodingRow, RejectionRow, SightingRow
from pipeline.records import Coding, Document, Rejection, Sighting
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.stages.code import code

KEY = "sk-very-secret"
EVENTWIRE = Path(sys.executable).with_name("eventwire")
DOCUMENT = Document(
    document_id="d0", title="Arrests in Nairobi", text="Police arrested 12 people. They were freed.",
    published_on=date(2026, 11, 16),
)  # fmt: skip


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer([codes]) as server:
        yield server


@pytest.fixture
def settings(server: ChatServer, tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path, coder="chat", chat_url=server.url, chat_model="small", chat_key=KEY, chat_seconds_max=5,
        chat_batch_tokens=0,
    )  # fmt: skip


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def coder(settings: Settings, clock: FakeClock) -> ChatCoder:
    return ChatCoder(settings, clock)


def changed(settings: Settings, **changes: Any) -> Settings:
    return settings.model_copy(update=changes)


def documents(count: int) -> list[Document]:
    return [replace(DOCUMENT, document_id=f"d{number}", title=f"Arrests, part {number}") for number in range(count)]


def codings(coder: ChatCoder, count: int = 1) -> list[Coding]:
    outcomes = list(coder.code_many(documents(count)))
    made = [outcome for outcome in outcomes if isinstance(outcome, Coding)]
    assert made == outcomes
    return made


def refused(coder: ChatCoder) -> Rejection:
    (outcome,) = coder.code_many([DOCUMENT])
    assert isinstance(outcome, Rejection)
    assert (outcome.key, outcome.is_expected) == ("d0", True)
    return outcome


# ── as it should be ──────────────────────────────────────────────────────────────────────────


def test_a_document_is_coded(coder: ChatCoder, server: ChatServer) -> None:
    (coding,) = codings(coder)
    assert (coding.document_id, coding.coder) == ("d0", coder.name)
    assert coder.name.endswith("/small")
    (mention,) = coding.mentions
    assert (mention.type_code, mention.anchor.part, mention.anchor.start) == ("COERCE", "text", 0)
    (asked,) = server.asked
    assert (asked.path, asked.form) == ("/v1/chat/completions", "json_schema")
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert "[1] Police arrested 12 people." in asked.texts[1]


def test_without_a_key_none_is_sent(settings: Settings, server: ChatServer) -> None:
    codings(ChatCoder(settings.model_validate({**settings.model_dump(), "chat_key": ""})))
    assert "authorization" not in server.asked[0].headers


def test_outcomes_are_in_the_order_of_the_documents(coder: ChatCoder) -> None:
    assert [coding.document_id for coding in codings(coder, 9)] == [f"d{number}" for number in range(9)]


def test_as_many_requests_run_at_once_as_the_settings_say(settings: Settings, server: ChatServer) -> None:
    server.replies = [slowly]
    codings(ChatCoder(changed(settings, chat_connections=3)), 10)
    assert server.busiest == 3


def test_documents_without_a_word_and_no_documents_ask_nothing(coder: ChatCoder, server: ChatServer) -> None:
    empty = Document(document_id="e", title="", text=" \n", published_on=None)
    assert list(coder.code_many([])) == []
    assert list(coder.code_many([empty])) == [Coding(document_id="e", coder=coder.name)]
    assert server.asked == []


def test_a_cut_text_is_noted(settings: Settings) -> None:
    (coding,) = codings(ChatCoder(changed(settings, chat_text_max=30)))
    assert coding.notes == ("text cut after 26 of 43 characters",)


def test_tokens_and_cost_are_told(settings: Settings, server: ChatServer) -> None:
    server.replies = [sends(completion(answer(document()), usage=None)), codes]
    coder = ChatCoder(changed(settings, chat_prompt_price=1.0, chat_completion_price=10.0))
    codings(coder, 3)
    assert coder.note == (
        "small: 3 answers, 2,000 prompt and 200 completion tokens, 1 answer without a count, cost 0.0040"
    )


def test_a_zipped_reply_is_read(coder: ChatCoder, server: ChatServer) -> None:
    body = completion(answer(document())).split(b"\r\n\r\n", 1)[1]
    server.replies = [sends(response(gzip.compress(body), "Content-Encoding: gzip"))]
    assert codings(coder)[0].mentions
    assert "gzip" in server.asked[0].headers["accept-encoding"]


def test_the_content_type_of_a_reply_does_not_matter(coder: ChatCoder, server: ChatServer) -> None:
    body = completion(answer(document())).split(b"\r\n\r\n", 1)[1]
    server.replies = [sends(response(body, content_type="text/html"))]
    assert codings(coder)[0].mentions


# ── batches ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def together(settings: Settings, clock: FakeClock) -> ChatCoder:
    """A coder that asks about several articles at once."""
    return ChatCoder(changed(settings, chat_batch_tokens=1000), clock)


def test_short_documents_share_a_request(together: ChatCoder, server: ChatServer) -> None:
    assert all(coding.mentions for coding in codings(together, 3))
    assert [asked.articles for asked in server.asked] == [3]


@pytest.mark.parametrize(
    "rows",
    [
        [document(1), document(3)],
        [document(1), document(2), document(2), document(3)],
        [document(1), document(7), document(3)],
        [document(1), document(2, events=[event(type="X")]), document(3)],
    ],
)
def test_only_those_that_a_batch_leaves_open_are_asked_for_alone(
    together: ChatCoder, server: ChatServer, rows: list[dict[str, Any]]
) -> None:
    server.replies = [says(answer(*rows)), codes]
    assert all(coding.mentions for coding in codings(together, 3))
    assert [asked.articles for asked in server.asked] == [3, 1]
    assert "part 1" in server.asked[1].texts[1]


@pytest.mark.parametrize(
    "reply",
    [
        says("no JSON"),
        says("{", finish="length"),
        says(None, refusal="no"),
        fails("413 Too Large"),
        sends(response(b"")),
    ],
)
def test_when_a_batch_is_not_answered_each_is_asked_for_alone(
    together: ChatCoder, server: ChatServer, reply: Reply
) -> None:
    server.replies = [reply, codes]
    assert all(coding.mentions for coding in codings(together, 3))
    assert [asked.articles for asked in server.asked] == [3, 1, 1, 1]


# ── answers that are not usable ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ("no JSON", "not a JSON object"),
        ('{"documents": [', "not JSON"),
        (answer(document(events=[event(type="FIGHT")])), "'FIGHT' is no event type"),
        (answer(document(events=[event(anchor=99)])), "there is no sentence 99"),
        (answer(document(events="none")), "should be a valid list"),
    ],
)
def test_the_model_is_told_once_what_is_wrong_and_may_do_better(
    coder: ChatCoder, server: ChatServer, bad: str, problem: str
) -> None:
    server.replies = [says(bad), codes]
    assert codings(coder)[0].mentions
    _, again = server.asked
    assert [message["role"] for message in again.body["messages"]] == ["system", "user", "assistant", "user"]
    assert again.texts[2] == bad
    assert problem in again.texts[3]


def test_who_errs_twice_is_not_asked_again(coder: ChatCoder, server: ChatServer) -> None:
    server.replies = [says(answer(document(events=[event(type="FIGHT")])))]
    outcome = refused(coder)
    assert (outcome.error, len(server.asked)) == ("UnusableAnswer", 2)
    assert "'FIGHT' is no event type" in outcome.message


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (says("{", finish="length"), "cut off"),
        (says(None, refusal="I cannot help with that."), "the model refused: I cannot help"),
        (fails("413 Too Large", says="shorter, please"), "413: .*shorter, please"),
        (fails("400 Bad Request", says="too many tokens"), "answered 400: .*too many tokens"),
    ],
)
def test_what_another_try_would_not_mend_is_not_tried_again(
    coder: ChatCoder, server: ChatServer, reply: Reply, reason: str
) -> None:
    server.replies = [reply]
    assert re.search(reason, refused(coder).message)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "reply",
    [
        sends(response(b"<html>Please log in</html>")),
        sends(response(b'{"choices": []}', content_type="application/json")),
        sends(response(b"not gzip", "Content-Encoding: gzip")),
        sends(response(gzip.compress(bytes(2 * REPLY_BYTES_MAX)), "Content-Encoding: gzip")),
        sends(endless(head("HTTP/1.1 200 OK"), b"x" * 65536)),
    ],
)
def test_a_reply_that_is_none_is_asked_for_once_more(coder: ChatCoder, server: ChatServer, reply: Reply) -> None:
    server.replies = [reply]
    assert refused(coder).error == "UnusableAnswer"
    assert len(server.asked) == 2
    assert server.asked[0].body == server.asked[1].body


def test_one_document_that_fails_does_not_stop_the_others(coder: ChatCoder, server: ChatServer) -> None:
    def picky(asked: Asked) -> bytes:
        return completion(None, refusal="no") if "part 2" in asked.texts[1] else codes(asked)

    server.replies = [picky]
    kinds = [type(outcome).__name__ for outcome in coder.code_many(documents(5))]
    assert kinds == ["Coding", "Coding", "Rejection", "Coding", "Coding"]


# ── patience ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", ["500 Oops", "502 Bad Gateway", "503 Unavailable", "429 Slow Down", "408 Timeout"])
def test_what_may_pass_is_tried_again_after_longer_and_longer_pauses(
    coder: ChatCoder, server: ChatServer, clock: FakeClock, status: str
) -> None:
    server.replies = [fails(status), fails(status), fails(status), codes]
    assert codings(coder)[0].mentions
    assert clock.slept == [1, 2, 4]


def test_retry_after_is_honoured_by_all_requests(coder: ChatCoder, server: ChatServer, clock: FakeClock) -> None:
    server.replies = [fails("429 Slow Down", "Retry-After: 17"), codes]
    assert len(codings(coder, 3)) == 3
    assert clock.slept == [17]


def test_who_asks_for_more_time_than_there_is_is_left_alone(
    coder: ChatCoder, server: ChatServer, clock: FakeClock
) -> None:
    server.replies = [fails("503 Unavailable", "Retry-After: 3600")]
    one, other = coder.code_many(documents(2))
    assert isinstance(one, Rejection) and isinstance(other, Rejection)
    assert "answered 503" in one.message
    assert "wants to be left alone for longer" in other.message
    assert (len(server.asked), clock.slept) == (1, [])


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (sends(reset(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")), "ReadError"),
        (sends(b""), "RemoteProtocolError"),
        (sends(b"garbage\r\n\r\n"), "RemoteProtocolError"),
        (sends(head("HTTP/1.1 200 OK", "Content-Length: 99") + b"{}"), "RemoteProtocolError"),
        (sends(response(gzip.compress(b"{}")[:-9], "Content-Encoding: gzip")), "before its coding, gzip"),
        (fails("500 Oops", says="out of memory"), "500: .*out of memory"),
    ],
)
def test_a_request_is_given_up_at_its_deadline(
    coder: ChatCoder, server: ChatServer, clock: FakeClock, reply: Reply, reason: str
) -> None:
    server.replies = [reply]
    outcome = refused(coder)
    assert outcome.error == "NoAnswer"
    assert re.search(reason, outcome.message)
    assert clock.slept == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert len(server.asked) == 10


def test_a_slow_drip_ends_at_the_limit_of_an_exchange(settings: Settings, server: ChatServer) -> None:
    body = completion(answer(document()))
    server.replies = [sends(drip(body[:80], body[80:], 0.05)), codes]
    clock, begin = FakeClock(), time.monotonic()
    assert codings(ChatCoder(changed(settings, chat_seconds_max=0.3), clock))[0].mentions
    assert (clock.slept, len(server.asked)) == ([1], 2)
    assert time.monotonic() - begin < 3


def test_an_endpoint_that_is_down_stops_the_coding_instead_of_rejecting_everything(
    coder: ChatCoder, server: ChatServer
) -> None:
    server.replies = [fails("503 Unavailable")]
    with pytest.raises(StageError, match=r"3 requests in succession failed: .* answered 503"):
        list(coder.code_many(documents(20)))


def test_documents_that_the_endpoint_fails_on_now_and_then_do_not_stop_the_coding(
    settings: Settings, server: ChatServer, clock: FakeClock
) -> None:
    def failing(asked: Asked) -> bytes:
        is_odd = re.search(r"part [13579]$", asked.texts[1], re.MULTILINE)
        return response(b"", status="500 Oops") if is_odd else codes(asked)

    server.replies = [failing]
    coder = ChatCoder(changed(settings, chat_connections=1, chat_deadline_seconds=5), clock)
    kinds = [type(outcome).__name__ for outcome in coder.code_many(documents(9))]
    assert kinds == ["Coding", "Rejection"] * 4 + ["Coding"]


def test_where_nobody_listens_there_is_no_long_wait(settings: Settings, server: ChatServer, clock: FakeClock) -> None:
    server.__exit__()
    with pytest.raises(StageError, match=r"ConnectError.*check EVENTWIRE_CHAT_URL, and whether it is running"):
        list(ChatCoder(settings, clock).code_many(documents(5)))
    assert clock.slept == [1, 2]


# ── what the endpoint does not know ──────────────────────────────────────────────────────────


def knows(*forms: str) -> Reply:
    """An endpoint that takes only these forms of answers."""
    refusal = response(b'{"error": "response_format: unknown type"}', status="400 Bad Request")
    return lambda asked: codes(asked) if asked.form in forms else refusal


def test_an_endpoint_without_schemas_is_asked_for_json_then_for_text_and_that_is_remembered(
    coder: ChatCoder, server: ChatServer
) -> None:
    server.replies = [knows("plain")]
    assert len(codings(coder, 4)) == 4
    assert [asked.form for asked in server.asked] == ["json_schema", "json_object", *["plain"] * 4]


def test_a_parameter_that_is_not_taken_is_left_out(coder: ChatCoder, server: ChatServer) -> None:
    server.replies = [fails("422 Unprocessable", says="'seed' is not permitted"), codes]
    codings(coder, 2)
    assert ["seed" in asked.body for asked in server.asked] == [True, False, False]


# ── settings that are wrong ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (fails("401 Unauthorized", says="bad key"), "answered 401: .*bad key.*; check EVENTWIRE_CHAT_KEY"),
        (fails("403 Forbidden"), "answered 403.*EVENTWIRE_CHAT_KEY"),
        (fails("402 Payment Required"), "answered 402.*EVENTWIRE_CHAT_KEY"),
        (
            fails("404 Not Found", says="no such model"),
            "no such model.*; check EVENTWIRE_CHAT_URL and EVENTWIRE_CHAT_MO",
        ),
        (fails("307 Moved", "Location: https://x.example/"), "redirects to https://x.example/; set EVENTWIRE_CHAT_URL"),
    ],
)
def test_settings_that_are_wrong_stop_everything_at_the_first_answer(
    coder: ChatCoder, server: ChatServer, reply: Reply, says: str
) -> None:
    server.replies = [reply]
    with pytest.raises(ConfigError, match=says):
        list(coder.code_many(documents(20)))
    assert len(server.asked) == 1


def test_a_refusal_in_mid_run_ends_the_other_requests(coder: ChatCoder, server: ChatServer) -> None:
    server.replies = [codes, slowly, slowly, fails("401 Unauthorized")]
    with pytest.raises(ConfigError, match="EVENTWIRE_CHAT_KEY"):
        list(coder.code_many(documents(20)))
    assert len(server.asked) <= 5


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request", "401 Unauthorized", "413 Too Large"])
def test_the_key_is_in_no_message_and_no_file(
    coder: ChatCoder, server: ChatServer, settings: Settings, capsys: pytest.CaptureFixture[str], status: str
) -> None:
    server.replies = [sends(response(f"you sent Bearer {KEY}".encode(), status=status))]
    try:
        said = refused(coder).message
    except ConfigError as error:
        said = str(error)
    assert "you sent Bearer ..." in said
    assert KEY not in said + repr(settings) + coder.note + "".join(capsys.readouterr())
    assert not any(KEY in file.read_text() for file in settings.home.rglob("*") if file.is_file())


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"chat_url": ""}, "EVENTWIRE_CHAT_URL is not set"),
        ({"chat_model": ""}, "EVENTWIRE_CHAT_MODEL is not set"),
    ],
)
def test_what_is_not_set_is_named(settings: Settings, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        coder_of(changed(settings, **changes))


def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(tmp_path: Path) -> None:
    odd = Settings(home=tmp_path, chat_url="http://x.example", chat_model="m", chat_key="sk\nésecret")
    with pytest.raises(ConfigError, match="EVENTWIRE_CHAT_KEY") as caught:
        ChatCoder(odd)
    assert "secret" not in str(caught.value)


def test_by_default_nothing_leaves_the_house(tmp_path: Path) -> None:
    assert Settings(home=tmp_path).coder == "builtin"
    assert not isinstance(coder_of(Settings(home=tmp_path)), ChatCoder)


# ── the cache ────────────────────────────────────────────────────────────────────────────────


def entries(settings: Settings) -> list[Path]:
    return sorted((settings.home / "chat").rglob("*.json"))


def test_what_was_answered_once_is_not_asked_again(settings: Settings, server: ChatServer) -> None:
    first = codings(ChatCoder(changed(settings, chat_batch_tokens=1000)), 3)
    again = ChatCoder(settings)
    assert codings(again, 3) == first
    assert (len(server.asked), len(entries(settings))) == (1, 3)
    assert again.note == "small: 0 answers, 3 articles from the cache, 0 prompt and 0 completion tokens"


@pytest.mark.parametrize(
    "other",
    [
        {"title": "Other"}, {"text": "Other."}, {"published_on": date(2026, 11, 17)}, {"source_name": "Other"},
        {"source_country_code": "UGA"},
    ],
)  # fmt: skip
def test_another_article_is_another_entry(coder: ChatCoder, server: ChatServer, other: dict[str, Any]) -> None:
    list(coder.code_many([DOCUMENT]))
    list(coder.code_many([replace(DOCUMENT, **other)]))
    assert len(server.asked) == 2


def test_another_model_is_another_entry_and_another_id_is_not(settings: Settings, server: ChatServer) -> None:
    list(ChatCoder(settings).code_many([DOCUMENT]))
    list(ChatCoder(changed(settings, chat_model="large")).code_many([DOCUMENT]))
    list(ChatCoder(settings).code_many([replace(DOCUMENT, document_id="other")]))
    assert [asked.body["model"] for asked in server.asked] == ["small", "large"]


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\x00", b'{"document": 1', b"[]", b"[" * 100_000,
     json.dumps(document(events=[event(anchor=99)])).encode()],
)  # fmt: skip
def test_a_broken_entry_is_asked_for_and_written_again(settings: Settings, server: ChatServer, content: bytes) -> None:
    codings(ChatCoder(settings))
    (entry,) = entries(settings)
    whole = entry.read_bytes()
    entry.write_bytes(content)
    codings(ChatCoder(settings))
    assert (len(server.asked), entry.read_bytes()) == (2, whole)


def test_rejected_documents_are_not_cached(coder: ChatCoder, server: ChatServer, settings: Settings) -> None:
    server.replies = [says(None, refusal="no"), codes]
    refused(coder)
    assert entries(settings) == []
    assert codings(coder)[0].mentions


def test_what_was_answered_before_a_failure_is_kept(coder: ChatCoder, server: ChatServer, settings: Settings) -> None:
    server.replies = [codes, fails("401 Unauthorized")]
    with pytest.raises(ConfigError):
        codings(coder, 5)
    assert len(entries(settings)) == 1


# ── in the pipeline ──────────────────────────────────────────────────────────────────────────


@pytest.fixture
def run(sqlite_url: str, settings: Settings) -> Iterator[Run]:
    """A day with two articles."""
    store = Store(sqlite_url)
    fill(store)
    for number in (1, 2):
        made = article(f"v{number}", article_id=f"a{number}", title=f"Nine dead, part {number}")
        seen = Sighting(
            sighting_id=f"s{number}", day=DAY, article_id=f"a{number}", version_id=f"v{number}", captured_at=NOON
        )
        store.append(ArticleRow, [to_row(made)])
        store.append(SightingRow, [to_row(seen)])
    yield a_run(store, settings, chat_key=settings.chat_key)
    store.engine.dispose()


def test_the_stage_codes_by_chat_and_its_note_tells_the_cost(run: Run, server: ChatServer) -> None:
    server.replies = [codes, says(None, refusal="no")]
    report = code(run)
    assert (report.in_count, report.out_count, report.rejected_count) == (2, 1, 1)
    assert report.note == "small: 2 answers, 2,000 prompt and 200 completion tokens"
    (row,) = run.store.rows(CodingRow)
    assert (row["document_id"], row["mentions"][0]["type_code"]) == ("v1", "COERCE")
    assert [row["message"] for row in run.store.rows(RejectionRow)] == ["the model refused: no"]


def test_a_day_that_is_coded_again_gives_the_same_rows_for_nothing(run: Run, server: ChatServer) -> None:
    code(run)
    report = code(run)
    assert (report.out_count, report.changed_count) == (2, 0)
    assert "2 articles from the cache" in report.note
    assert len(server.asked) == 2


def test_the_built_in_coder_asks_nobody(run: Run, server: ChatServer) -> None:
    report = code(replace(run, settings=changed(run.settings, coder="builtin")))
    assert (report.out_count, report.note, server.asked) == (2, "", [])


def run_code(home: Path, server: ChatServer, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    env = {
        "PATH": "/usr/bin:/bin", "HOME": str(home), "EVENTWIRE_HOME": str(home / "var"),
        "EVENTWIRE_CHAT_URL": server.url, "EVENTWIRE_CHAT_MODEL": "small", "EVENTWIRE_CHAT_KEY": KEY,
    }  # fmt: skip
    (home / "story.txt").write_text(f"{DOCUMENT.title}\n\n{DOCUMENT.text}\n")
    return subprocess.run(
        [EVENTWIRE, "code", *arguments, "story.txt"], capture_output=True, text=True, env=env | environ, cwd=home
    )


def test_the_command_line_codes_by_chat_and_tells_the_cost(tmp_path: Path, server: ChatServer) -> None:
    done = run_code(tmp_path, server, "--coder", "chat", EVENTWIRE_CHAT_PROMPT_PRICE="2")
    assert (done.returncode, len(server.asked)) == (0, 1), done.stderr
    assert json.loads(done.stdout)["mentions"][0]["type_code"] == "COERCE"
    assert done.stderr == "small: 1 answer, 1,000 prompt and 100 completion tokens, cost 0.0020\n"


def test_the_command_line_says_why_a_file_was_not_coded(tmp_path: Path, server: ChatServer) -> None:
    server.replies = [says(None, refusal="no")]
    done = run_code(tmp_path, server, "--format", "bench", EVENTWIRE_CODER="chat")
    assert json.loads(done.stdout) == {
        "id": "story", "events": [], "claims": [], "rejected": "the model refused: no", "error": "Declined",
    }  # fmt: skip


def test_an_unknown_coder_is_refused(tmp_path: Path, server: ChatServer) -> None:
    done = run_code(tmp_path, server, "--coder", "oracle")
    assert (done.returncode, server.asked) == (2, [])
    assert "--coder 'oracle': choose from builtin, chat" in done.stderr
