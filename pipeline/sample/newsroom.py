"""One small HTTP server that plays every sample outlet, told apart by the Host header."""

import gzip
import sys
import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from pipeline.sample.articles import DAYS, Library, Outlet, library
from pipeline.sample.feeds import feed_body
from pipeline.sample.pages import page_html


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A page or feed, and what is said of it in the headers."""

    body: bytes
    content_type: str
    modified_at: datetime

    @property
    def etag(self) -> str:
        return f'W/"{blake2b(self.body, digest_size=8).hexdigest()}"'

    @property
    def last_modified(self) -> str:
        return format_datetime(self.modified_at.astimezone(UTC), usegmt=True)

    def is_known_to(self, if_none_match: str | None, if_modified_since: str | None) -> bool:
        """Tell whether a conditional request holds this very answer (RFC 9110, section 13.2.2)."""
        if if_none_match is not None:
            return if_none_match.strip() == "*" or self.etag in _split(if_none_match)
        since = _http_date(if_modified_since)
        return since is not None and self.modified_at <= since


class Newsroom:
    """Serve the sample outlets as they were at the end of `day`; a context manager.

    `address` is "host:port" while it serves; `day` may be set at any time.
    """

    def __init__(self, day: date = DAYS[0], host: str = "127.0.0.1", port: int = 0) -> None:
        self.day = day
        self._bind = (host, port)
        self._server: ThreadingHTTPServer | None = None

    @property
    def address(self) -> str:
        if self._server is None:
            raise RuntimeError("the newsroom has no address yet; use it as `with Newsroom() as room`")
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    def __enter__(self) -> Self:
        newsroom = self

        class Handler(_Handler):
            def answer(self) -> Answer | None:
                return find_answer(library(), self.headers.get("Host", ""), self.path, newsroom.day)

        self._server = _Server(self._bind, Handler)
        threading.Thread(target=self._server.serve_forever, name="newsroom", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


def find_answer(library: Library, host: str, target: str, day: date) -> Answer | None:
    """Return what `host` shows at `target` at the end of `day`; None where it shows nothing."""
    name, path = host.partition(":")[0].lower(), target.partition("?")[0]
    for outlet in library.outlets:
        if outlet.host == name:
            return _feed_answer(library, outlet, path, day) or _page_answer(library, outlet, path, day)
    return None


def _feed_answer(library: Library, outlet: Outlet, path: str, day: date) -> Answer | None:
    for feed in outlet.feeds:
        if feed.path == path:
            made = feed_body(library, outlet, feed, day)
            return Answer(body=made.body, content_type=made.content_type, modified_at=made.modified_at)
    return None


def _page_answer(library: Library, outlet: Outlet, path: str, day: date) -> Answer | None:
    for story in library.published(outlet, day):
        version = story.version_on(day)
        if story.path == path and version and story.page != "missing":
            body = page_html(library, story, version, day)
            content_type = f"text/html; charset={story.charset}"
            return Answer(body=body, content_type=content_type, modified_at=version.at)
    return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # a harvest opens all its connections at once

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up: a harvest may stop reading where it has enough."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "newsroom"
    sys_version = ""

    def answer(self) -> Answer | None:
        raise NotImplementedError

    def do_GET(self) -> None:
        answer = self.answer()
        if answer is None:
            self._send(HTTPStatus.NOT_FOUND, b"Not found\n", {"Content-Type": "text/plain; charset=utf-8"})
        elif answer.is_known_to(self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")):
            self._send(HTTPStatus.NOT_MODIFIED, b"", _validators(answer))
        else:
            self._send_ok(answer)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _send_ok(self, answer: Answer) -> None:
        headers = _validators(answer) | {"Content-Type": answer.content_type}
        body = answer.body
        if "gzip" in _split(self.headers.get("Accept-Encoding", "")):
            # mtime is fixed because the same day must give the same bytes.
            body, headers["Content-Encoding"] = gzip.compress(body, mtime=0), "gzip"
        self._send(HTTPStatus.OK, body, headers)

    def _send(self, status: HTTPStatus, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: the pipeline keeps its own log of requests."""


def _validators(answer: Answer) -> dict[str, str]:
    return {"ETag": answer.etag, "Last-Modified": answer.last_modified, "Vary": "Accept-Encoding"}


def _split(header: str) -> set[str]:
    return {part.strip() for part in header.split(",")}


def _http_date(value: str | None) -> datetime | None:
    try:
        at = parsedate_to_datetime(value or "")
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
