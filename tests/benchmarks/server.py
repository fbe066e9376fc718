"""A web server on the loopback that costs little: every host is an outlet, told apart by the Host header.

/feed/KIND/ITEMS    an RSS feed that has new items throughout each time it is asked, but for KIND `mixed` on hosts of an
                    even number: those answer 304 to who knows them. Items of KIND `plain` lead to /plain/…, else
                    to /story/…
/story/REVISION-N   a page of 100 KB, gzip-encoded, as most servers send it; /plain/REVISION-N the same without
/robots.txt         404 on hosts of an even number, a few lines on the others
/figures            on any host: what was answered so far and the CPU time it took, as JSON

`python -m benchmarks.server` prints its port and serves until it is ended.
"""

import asyncio
import json
import re
import time
import zlib
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import cast

from benchmarks.content import VARIANTS, feed, page_head, page_tail

GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # RFC 1952: deflate, no name, no time
REQUEST = re.compile(rb"GET (\S+) HTTP/1\.1\r\n")
HOST = re.compile(rb"\r\nhost: *([^\r:]+)", re.IGNORECASE)
KNOWN = re.compile(rb'\r\nif-none-match: *(?:W/)?"(\d+)"', re.IGNORECASE)
ROBOTS = b"User-agent: *\nDisallow: /private/\nDisallow: /search\n"
START = datetime(2026, 11, 16, tzinfo=UTC)
HTML, RSS, TEXT = "text/html; charset=utf-8", "application/rss+xml; charset=utf-8", "text/plain"


class Outlet(asyncio.Protocol):
    """One connection, kept alive; answers GET requests in their order."""

    def __init__(self, figures: Counter[str], asked: Counter[tuple[str, str]]) -> None:
        self._figures = figures
        self._asked = asked  # how often, by host and feed
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._figures["connections"] += 1

    def data_received(self, data: bytes) -> None:
        *requests, self._held = (self._held + data).split(b"\r\n\r\n")
        for request in requests:
            parts = self._answer(request)
            self._figures["bytes"] += sum(map(len, parts))
            self._transport.writelines(parts)

    def _answer(self, request: bytes) -> list[bytes]:
        asked, host = REQUEST.match(request), HOST.search(request)
        if not asked or not host:
            return self._send("refused", "400 Bad Request", TEXT, b"Bad request\n")
        known = KNOWN.search(request)
        return self._route(host[1].decode(), asked[1].decode(), int(known[1]) if known else None)

    def _route(self, host: str, path: str, known: int | None) -> list[bytes]:
        match path.split("/")[1:]:
            case ["feed", kind, items] if items.isdigit():
                return self._feed(host, kind, int(items), known)
            case ["story", _]:
                return self._send("pages", "200 OK", HTML, *_zipped_page(host, path), encoding="gzip")
            case ["plain", _]:
                return self._send("pages", "200 OK", HTML, page_head(host, path), page_tail(_variant(path)))
            case ["robots.txt"] if not is_even(host):
                return self._send("robots", "200 OK", TEXT, ROBOTS)
            case ["figures"]:
                figures = self._figures | {"cpu_seconds": time.process_time()}
                return self._send("figures", "200 OK", "application/json", json.dumps(figures).encode())
        return self._send("robots" if path == "/robots.txt" else "lost", "404 Not Found", TEXT, b"Not found\n")

    def _feed(self, host: str, kind: str, items: int, known: int | None) -> list[bytes]:
        revision = 0 if kind == "mixed" and is_even(host) else self._asked[host, kind]
        self._asked[host, kind] += 1
        if known == revision:
            return self._send("unchanged", "304 Not Modified", RSS, validators=_validators(revision))
        body = feed(host, "plain" if kind == "plain" else "story", revision, items)
        packed = zlib.compress(body, 1, wbits=31)
        return self._send("feeds", "200 OK", RSS, packed, encoding="gzip", validators=_validators(revision))

    def _send(
        self, figure: str, status: str, content_type: str, *body: bytes, encoding: str = "", validators: str = ""
    ) -> list[bytes]:
        self._figures[figure] += 1
        length = f"Content-Length: {sum(map(len, body))}\r\n" if body else ""
        coding = f"Content-Encoding: {encoding}\r\nVary: Accept-Encoding\r\n" if encoding else ""
        head = (
            f"HTTP/1.1 {status}\r\nServer: loopback\r\nDate: {_date(int(time.time()))}\r\n"
            f"Content-Type: {content_type}\r\nCache-Control: max-age=60\r\n{validators}{coding}{length}\r\n"
        )
        return [head.encode(), *body]


def is_even(host: str) -> bool:
    """Whether a host such as h12.example has an even number."""
    return host.partition(".")[0][-1:] in tuple("02468")


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    return format_datetime(datetime.fromtimestamp(second, UTC), usegmt=True)


@lru_cache
def _validators(revision: int) -> str:
    modified_at = format_datetime(START + timedelta(hours=revision), usegmt=True)
    return f'ETag: "{revision}"\r\nLast-Modified: {modified_at}\r\n'


def _variant(path: str) -> int:
    return zlib.crc32(path.encode()) % VARIANTS


def _zipped_page(host: str, path: str) -> list[bytes]:
    """The page as gzip, of which only the head is compressed now."""
    head, (raw, packed) = page_head(host, path), _zipped_tail(_variant(path))
    deflater = zlib.compressobj(1, wbits=-zlib.MAX_WBITS)
    start = deflater.compress(head) + deflater.flush(zlib.Z_FULL_FLUSH)
    trailer = zlib.crc32(raw, zlib.crc32(head)).to_bytes(4, "little") + (len(head) + len(raw)).to_bytes(4, "little")
    return [GZIP_HEADER, start, packed, trailer]


@lru_cache
def _zipped_tail(variant: int) -> tuple[bytes, bytes]:
    raw = page_tail(variant)
    deflater = zlib.compressobj(6, wbits=-zlib.MAX_WBITS)
    return raw, deflater.compress(raw) + deflater.flush()


async def serve() -> None:
    """Serve at a free port of the loopback, which is printed."""
    for variant in range(VARIANTS):
        _zipped_tail(variant)  # before the first request, so that none of them pays for it
    figures, asked = Counter[str](), Counter[tuple[str, str]]()
    server = await asyncio.get_running_loop().create_server(lambda: Outlet(figures, asked), "127.0.0.1", backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    runner = import_module("uvloop" if find_spec("uvloop") else "asyncio")
    runner.run(serve())
