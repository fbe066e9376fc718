"""What the records of the archive say, and that other programs read them."""

import asyncio
import json
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.archive import archived
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from pipeline.errors import StageError
from pipeline.io.archive import Archive, Earlier, Hop, Location, Response, payload_digest, prepare, prepare_redirects

DAY = date(2026, 11, 16)
NOON = datetime(2026, 11, 16, 12, 0, 0, 123456, tzinfo=UTC)
REQUEST = (("Host", "post.example"), ("User-Agent", "eventwire"), ("If-None-Match", '"1"'))
HTML = (("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip"), ("Content-Length", "3"))


def answer(body: bytes = b"page", **changes: Any) -> Response:
    made = Response(
        url="http://post.example/1?a=b", final_url="http://post.example/1?a=b", status_code=200, headers=HTML,
        body=body, captured_at=NOON, request_headers=REQUEST,
    )  # fmt: skip
    return replace(made, **changes)


def hop(**changes: Any) -> Hop:
    made = Hop(
        url="http://post.example/old", status_code=301, request_headers=REQUEST,
        headers=(("Location", "/1?a=b"), ("Content-Length", "162")), captured_at=NOON - timedelta(seconds=1),
    )  # fmt: skip
    return replace(made, **changes)


def earlier(body: bytes = b"page") -> Earlier:
    return Earlier(
        url="http://post.example/1?a=b", captured_at=NOON - timedelta(hours=1), payload_digest=payload_digest(body)
    )


class Record(NamedTuple):
    """A record as warcio reads it."""

    type: str
    fields: dict[str, str]
    start: str  # line of the HTTP message
    headers: list[tuple[str, str]]
    body: bytes
    offset: int
    length: int


def records(stream: Any) -> list[Record]:
    found, reader = [], ArchiveIterator(stream)
    for each in reader:
        message = each.http_headers
        body = each.content_stream().read()
        start = f"{message.protocol} {message.statusline}" if message else ""
        headers = message.headers if message else []
        fields = dict(each.rec_headers.headers)
        found.append(
            Record(each.rec_type, fields, start, headers, body, reader.get_record_offset(), reader.get_record_length())
        )
    return found


def prepared(response: Response, before: Earlier | None = None) -> list[Record]:
    return records(BytesIO(prepare(response, before).data))


def write(folder: Path, *exchanges: tuple[Response, Earlier | None]) -> list[Location]:
    with Archive(folder).writer(DAY) as writer:
        return [place for response, before in exchanges for place in archived(writer, response, before)]


# ── an exchange ──────────────────────────────────────────────────────────────────────────────


def test_an_exchange_is_a_response_and_the_request_that_it_answers() -> None:
    response, request = prepared(answer())

    assert (response.type, request.type) == ("response", "request")
    assert request.fields["WARC-Concurrent-To"] == response.fields["WARC-Record-ID"]
    assert (request.start, request.headers) == ("GET /1?a=b HTTP/1.1", list(REQUEST))
    for record in (response, request):
        assert record.fields["WARC-Target-URI"] == "http://post.example/1?a=b"
        assert record.fields["WARC-Date"] == "2026-11-16T12:00:00.123456Z"
        assert record.fields["Content-Type"] == f"application/http; msgtype={record.type}"


def test_a_request_that_is_not_known_is_not_invented() -> None:
    assert [record.type for record in prepared(answer(request_headers=()))] == ["response"]


def test_headers_that_do_not_fit_the_decoded_body_are_kept_aside() -> None:
    response, _ = prepared(answer(b"decoded"))

    assert response.headers == [
        ("Content-Type", "text/html; charset=utf-8"),
        ("X-Crawl-Content-Encoding", "gzip"),
        ("X-Crawl-Content-Length", "3"),
        ("Content-Length", "7"),
    ]
    assert response.body == b"decoded"
    assert response.fields["WARC-Payload-Digest"] == f"sha256:{sha256(b'decoded').hexdigest()}"


@pytest.mark.parametrize(
    ("version", "start", "protocol"),
    [("HTTP/1.1", "HTTP/1.1", "http/1.1"), ("HTTP/1.0", "HTTP/1.0", "http/1.0"), ("HTTP/2", "HTTP/1.1", "h2")],
)
def test_http_2_is_written_as_readers_know_it_and_named(version: str, start: str, protocol: str) -> None:
    response, request = prepared(answer(http_version=version))

    assert (response.start, request.start) == (f"{start} 200", f"GET /1?a=b {start}")
    assert response.fields["WARC-Protocol"] == request.fields["WARC-Protocol"] == protocol


def test_addresses_are_written_as_the_standard_asks(tmp_path: Path) -> None:
    (place,) = write(tmp_path, (answer(final_url="http://post.example/ä b|c?q=ü#part", request_headers=()), None))

    assert place.url == "http://post.example/%C3%A4%20b%7Cc?q=%C3%BC"


TEXT = st.text(max_size=20) | st.sampled_from(["a\r\n\r\nb", "gzip", "\x85\u2028", "\ud800", "é"])


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(TEXT, TEXT), max_size=4),
    st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=3),
    st.binary(max_size=50),
    TEXT,
)
def test_no_header_or_address_breaks_a_record(
    headers: list[tuple[str, str]], request: list[tuple[str, str]], body: bytes, path: str
) -> None:
    url = f"http://post.example/{path.encode(errors='replace').decode()}"
    made = prepare(answer(body, headers=tuple(headers), request_headers=tuple(request), final_url=url))
    response, sent = records(BytesIO(made.data))

    assert (response.type, response.body, sent.type) == ("response", body, "request")
    assert made.captures[0].length == response.length
    assert sent.offset == response.length
    assert response.length + sent.length == len(made.data)


# ── redirects ────────────────────────────────────────────────────────────────────────────────


def test_every_redirect_is_a_capture_before_the_answer(tmp_path: Path) -> None:
    hops = (hop(), hop(url="http://post.example/older", status_code=302))
    places = write(tmp_path, (answer(hops=hops), None))

    assert [(place.url, place.status_code) for place in places] == [
        ("http://post.example/old", 301),
        ("http://post.example/older", 302),
        ("http://post.example/1?a=b", 200),
    ]
    assert [place.captured_at for place in places] == [hops[0].captured_at, hops[1].captured_at, NOON]
    assert Archive(tmp_path).read(places[2].file, places[2].offset) == b"page"
    assert Archive(tmp_path).read(places[0].file, places[0].offset) == b""
    with (tmp_path / places[0].file).open("rb") as stream:
        types = [record.type for record in records(stream)]
    assert types == ["warcinfo", *["response", "request"] * 3]


def test_a_body_that_was_not_read_is_said_to_be_missing() -> None:
    redirect, *_ = prepared(answer(hops=(hop(),)))

    assert redirect.fields["WARC-Truncated"] == "unspecified"
    assert redirect.headers == [("Location", "/1?a=b"), ("X-Crawl-Content-Length", "162"), ("Content-Length", "0")]


def test_a_redirect_without_a_body_misses_nothing() -> None:
    redirect, *_ = prepared(answer(hops=(hop(headers=(("content-length", "0"),)),)))

    assert "WARC-Truncated" not in redirect.fields


# ── revisits ─────────────────────────────────────────────────────────────────────────────────


def test_an_answer_304_refers_to_the_capture_that_still_stands() -> None:
    not_modified = answer(b"", status_code=304, headers=(("ETag", '"1"'),))
    revisit, request = prepared(not_modified, earlier())

    assert (revisit.type, request.type) == ("revisit", "request")
    assert revisit.fields["WARC-Profile"] == "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    assert revisit.fields["WARC-Payload-Digest"] == payload_digest(b"page")
    assert (revisit.start, revisit.headers) == ("HTTP/1.1 304", [("ETag", '"1"')])
    assert "WARC-Truncated" not in revisit.fields


def test_a_body_of_which_only_the_beginning_was_read_says_so() -> None:
    assert prepared(answer(is_cut=True))[0].fields["WARC-Truncated"] == "length"
    assert "WARC-Truncated" not in prepared(answer())[0].fields


def test_redirects_that_led_to_no_answer_have_records_too() -> None:
    made = prepare_redirects([hop(), hop(url="http://post.example/older")])
    found = records(BytesIO(made.data))
    assert [record.type for record in found] == ["response", "request"] * 2
    assert [capture.offset for capture in made.captures] == [found[0].offset, found[2].offset]


def test_a_payload_that_was_seen_before_is_not_stored_again() -> None:
    first, _ = prepared(answer())
    revisit, _ = prepared(answer(), earlier())

    assert (revisit.type, revisit.body) == ("revisit", b"")
    assert revisit.fields["WARC-Profile"] == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    assert revisit.fields["WARC-Payload-Digest"] == first.fields["WARC-Payload-Digest"]
    assert revisit.fields["WARC-Truncated"] == "length"
    assert revisit.headers == first.headers


@pytest.mark.parametrize(
    ("response", "before"),
    [
        (answer(), None),
        (answer(), earlier(b"other")),
        (answer(status_code=404), earlier()),
        (answer(b"", status_code=304), None),
    ],
)
def test_all_else_is_stored_whole(response: Response, before: Earlier | None) -> None:
    record, _ = prepared(response, before)

    assert (record.type, record.body) == ("response", response.body)


def test_a_revisit_leads_to_the_record_that_has_the_payload(tmp_path: Path) -> None:
    (first,) = write(tmp_path, (answer(), None))
    before = Earlier(url=first.url, captured_at=first.captured_at, payload_digest=first.payload_digest)
    later = NOON + timedelta(hours=1)
    again, unchanged = write(
        tmp_path,
        (answer(captured_at=later), before),
        (answer(b"", status_code=304, captured_at=later), before),
    )

    found = []
    for path in tmp_path.rglob("*.warc.gz"):
        with path.open("rb") as stream:
            found += records(stream)
    payloads = {
        (record.fields["WARC-Target-URI"], record.fields["WARC-Date"]): record.body
        for record in found
        if record.type == "response"
    }
    revisits = [record for record in found if record.type == "revisit"]
    assert len(revisits) == 2
    for record in revisits:
        referred = record.fields["WARC-Refers-To-Target-URI"], record.fields["WARC-Refers-To-Date"]
        assert payload_digest(payloads[referred]) == record.fields["WARC-Payload-Digest"]
    for place in (again, unchanged):
        assert (place.record_type, place.payload_digest) == ("revisit", first.payload_digest)
        with pytest.raises(StageError, match="a record of type revisit, not a response"):
            Archive(tmp_path).read(place.file, place.offset)


# ── other programs ───────────────────────────────────────────────────────────────────────────


@pytest.fixture
def mixed(tmp_path: Path) -> list[Location]:
    """A file with all kinds of captures."""
    return write(
        tmp_path,
        (answer(hops=(hop(),)), None),
        (answer(captured_at=NOON + timedelta(minutes=1)), earlier()),
        (answer(b"", status_code=304, captured_at=NOON + timedelta(minutes=2)), earlier()),
        (answer(b"\0" * 100_000, status_code=404, final_url="http://post.example/ä", http_version="HTTP/2"), None),
    )


def test_warcio_finds_every_digest_right(
    tmp_path: Path, mixed: list[Location], capsys: pytest.CaptureFixture[str]
) -> None:
    options = type("Options", (), {"verbose": True, "inputs": [str(tmp_path / mixed[0].file)]})()
    checker = Checker(options)
    checker.process_all()

    shown = capsys.readouterr().out
    assert checker.exit_value == 0
    assert shown.count("digest pass") == 1 + 3 + 5  # warcinfo, responses, requests
    assert shown.count("not checked (revisit)") == 2


def test_an_index_by_another_program_says_what_the_locations_say(tmp_path: Path, mixed: list[Location]) -> None:
    program = Path(sys.executable).with_name("cdxj-indexer")
    run = subprocess.run(
        [program, "--fields", "req.http:method,referrer", tmp_path / mixed[0].file],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [json.loads(line.split(" ", 2)[2]) for line in run.stdout.splitlines()]

    assert [
        (row["url"], row["status"], row["digest"], int(row["offset"]), int(row["length"]), row["filename"])
        for row in rows
    ] == [
        (place.url, str(place.status_code), place.payload_digest, place.offset, place.length, Path(place.file).name)
        for place in mixed
    ]
    kinds = ["revisit" if row.get("mime") == "warc/revisit" else "response" for row in rows]
    assert kinds == [place.record_type for place in mixed]
    assert [row["method"] for row, kind in zip(rows, kinds, strict=True) if kind == "response"] == ["GET"] * 3


# ── cost ─────────────────────────────────────────────────────────────────────────────────────


def test_a_large_body_is_prepared_beside_the_event_loop() -> None:
    async def ticks_meanwhile() -> int:
        ticks, work = 0, asyncio.create_task(asyncio.to_thread(prepare, answer(b"0123456789abcdef" * 1_000_000)))
        while not work.done():
            ticks += 1
            await asyncio.sleep(0.001)
        return ticks

    assert asyncio.run(ticks_meanwhile()) > 10


def test_memory_does_not_grow_with_the_number_of_records(tmp_path: Path) -> None:
    made = prepare(answer(b"page" * 1000, hops=(hop(),)))
    taken = []
    tracemalloc.start()
    try:
        with Archive(tmp_path, file_bytes_max=100_000).writer(DAY) as writer:
            for _ in range(4):
                for _ in range(1000):
                    writer.append(made)
                taken.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()

    assert taken[-1] - taken[-2] < 10_000  # bytes, for a thousand; the first fill Python's own stores
