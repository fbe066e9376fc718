"""WARC records: each exchange as ISO 28500:2017 has it, each record a gzip member of its own (its annex D).

A response stands before its request, as Heritrix and warcio write them: where a crash parts the two, the response
remains. Bodies are decoded; headers that no longer fit them are kept as X-Crawl-…, as Common Crawl does. HTTP/2 is
written in the form of HTTP/1.1, which is all that readers know, and named in WARC-Protocol (IIPC proposal 42).
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import urlsplit
from uuid import uuid4

from pipeline.io.archive.captures import (
    Earlier,
    Headers,
    Hop,
    Location,
    RecordType,
    Response,
    header,
    payload_digest,
    target_uri,
)
from pipeline.version import VERSION

GZIP = 31  # zlib: gzip framing, largest window
LEVEL = 4  # 6 % larger than with level 9, in 40 % of its time (docs/archive.md)
STANDARD = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
REVISIT = "http://netpreserve.org/warc/1.1/revisit"
PROTOCOLS = {"HTTP/2": "h2", "HTTP/3": "h3"}
ENCODING_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length"})
WITHOUT_CONTENT = frozenset({204, 304})  # a length would be that of another answer: RFC 9110, 8.6
NOT_IN_A_LINE = str.maketrans("\r\n\0", "   ")  # RFC 9110, 5.5

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A response as it will be appended."""

    data: bytes  #: gzip members
    captures: tuple[Location, ...]  #: one a redirect, then the answer; offsets are within data, files are not named yet


def prepare(response: Response, earlier: Earlier | None = None) -> Prepared:
    """Make the records of a response and of the redirects before it.

    The answer is a `revisit` when it says that *earlier* stands (304), or repeats its payload (200).
    """
    return _prepared((*map(_redirect, response.hops), _answer(response, earlier)))


def prepare_redirects(hops: Iterable[Hop]) -> Prepared:
    """Make the records of redirects that led to no answer."""
    return _prepared(map(_redirect, hops))


def warcinfo(name: str) -> bytes:
    """The record with which the file of that name begins."""
    about = _lines((("software", f"eventwire/{VERSION}"), ("format", "WARC File Format 1.1"), ("conformsTo", STANDARD)))
    fields = (
        ("WARC-Type", "warcinfo"),
        ("WARC-Record-ID", _new_id()),
        ("WARC-Date", _date(datetime.now(UTC))),
        ("WARC-Filename", name),
        ("Content-Type", "application/warc-fields"),
    )
    return _member(fields, about)


def _prepared(exchanges: Iterable[tuple[Location, bytes]]) -> Prepared:
    data, captures = b"", []
    for capture, records in exchanges:
        captures.append(replace(capture, offset=len(data)))
        data += records
    return Prepared(data=data, captures=tuple(captures))


# ── exchanges ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """How much of an answer is kept, and why not all of it."""

    record_type: RecordType = "response"
    payload_digest: str
    body: bytes
    fields: Fields = ()


def _redirect(hop: Hop) -> tuple[Location, bytes]:
    """Its body was left unread at whatever length: `unspecified`, since no limit was met."""
    truncated = () if header(hop.headers, "content-length") == "0" else (("WARC-Truncated", "unspecified"),)
    kept = _Kept(payload_digest=payload_digest(b""), body=b"", fields=truncated)
    return _exchange(hop, hop.url, (*_fitting(hop.headers), _content_length(b"")), kept)


def _answer(response: Response, earlier: Earlier | None) -> tuple[Location, bytes]:
    kept = _kept(response, response.payload_digest, earlier)
    headers = _fitting(response.headers)
    if response.status_code not in WITHOUT_CONTENT:
        headers = (*headers, _content_length(response.body))
    return _exchange(response, response.final_url, headers, kept)


def _kept(response: Response, digest: str, earlier: Earlier | None) -> _Kept:
    if earlier and response.status_code == 304:
        fields = _refers_to(earlier, "server-not-modified")
        return _Kept(record_type="revisit", payload_digest=earlier.payload_digest, body=response.body, fields=fields)
    if earlier and response.status_code == 200 and digest == earlier.payload_digest:
        fields = (*_refers_to(earlier, "identical-payload-digest"), ("WARC-Truncated", "length"))  # 6.7.2 asks for it
        return _Kept(record_type="revisit", payload_digest=digest, body=b"", fields=fields)
    truncated = (("WARC-Truncated", "length"),) if response.is_cut else ()
    return _Kept(payload_digest=digest, body=response.body, fields=truncated)


def _refers_to(earlier: Earlier, profile: str) -> tuple[tuple[str, str], ...]:
    return (
        ("WARC-Profile", f"{REVISIT}/{profile}"),
        ("WARC-Refers-To-Target-URI", target_uri(earlier.url)),
        ("WARC-Refers-To-Date", _date(earlier.captured_at)),
    )


def _exchange(answer: Hop | Response, url: str, headers: Headers, kept: _Kept) -> tuple[Location, bytes]:
    """The capture and its records: the answer's and, where it is known, the request's."""
    record_id, protocol = _new_id(), answer.http_version
    version = protocol if protocol.startswith("HTTP/1.") else "HTTP/1.1"
    event = (
        ("WARC-Target-URI", target_uri(url)),
        ("WARC-Date", _date(answer.captured_at)),
        ("WARC-Protocol", PROTOCOLS.get(protocol, protocol.lower())),
    )
    fields = (
        ("WARC-Type", kept.record_type),
        ("WARC-Record-ID", record_id),
        *event,
        *kept.fields,
        ("WARC-Payload-Digest", kept.payload_digest),
        ("Content-Type", "application/http; msgtype=response"),
    )
    record = _member(fields, _head(f"{version} {answer.status_code} ", headers), kept.body)
    capture = Location(
        file="",
        offset=0,
        payload_digest=kept.payload_digest,
        length=len(record),
        record_type=kept.record_type,
        url=target_uri(url),
        status_code=answer.status_code,
        content_type=header(answer.headers, "content-type"),
        captured_at=answer.captured_at,
    )
    return capture, record + _request(answer.request_headers, url, version, (*event, ("WARC-Concurrent-To", record_id)))


def _request(headers: Headers, url: str, version: str, fields: Fields) -> bytes:
    if not headers:
        return b""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    kind = (("WARC-Type", "request"), ("WARC-Record-ID", _new_id()))
    content = (("Content-Type", "application/http; msgtype=request"),)
    return _member((*kind, *fields, *content), _head(f"GET {target} {version}", headers))


def _fitting(headers: Headers) -> Headers:
    """The headers as they fit a decoded body."""
    return tuple(
        (f"X-Crawl-{name}" if name.strip().lower() in ENCODING_HEADERS else name, value) for name, value in headers
    )


def _content_length(body: bytes) -> tuple[str, str]:
    return "Content-Length", str(len(body))


# ── bytes ────────────────────────────────────────────────────────────────────────────────────


def _member(fields: Fields, *block: bytes) -> bytes:
    """One record, compressed."""
    digest, gzip = sha256(), zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
    for part in block:
        digest.update(part)
    size = sum(map(len, block))
    about = (("WARC-Block-Digest", f"sha256:{digest.hexdigest()}"), ("Content-Length", str(size)))
    parts = (_head("WARC/1.1", (*fields, *about)), *block, b"\r\n\r\n")
    return b"".join((*map(gzip.compress, parts), gzip.flush()))


def _head(first: str, headers: Fields) -> bytes:
    return f"{first}\r\n".encode() + _lines(headers) + b"\r\n"


def _lines(headers: Fields) -> bytes:
    lines = (f"{name}: {value}".translate(NOT_IN_A_LINE) for name, value in headers)
    return "".join(f"{line}\r\n" for line in lines).encode(errors="replace")


def _date(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _new_id() -> str:
    return f"<{uuid4().urn}>"
