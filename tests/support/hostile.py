"""A server on the loopback that says what a test tells it to, byte for byte, at its own pace."""

import socketserver
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from socket import SO_LINGER, SOL_SOCKET, socket
from ssl import SSLContext
from struct import pack
from typing import Self

Answer = bytes | Callable[[socket], None]


@dataclass(frozen=True)
class Request:
    at: float  #: monotonic, seconds
    host: str
    path: str
    headers: dict[str, str]
    port: int = 0  #: of the client's end: one for each connection


@dataclass
class Hostile:
    """Answers by path, or by "host/path"; remembers what it was asked. A context manager."""

    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)  #: when each answer was out
    tls: SSLContext | None = None  #: to speak through

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def url(self, path: str) -> str:
        return f"{'https' if self.tls else 'http'}://{self.address}{path}"

    def asked(self, path: str) -> int:
        return sum(request.path == path for request in self.requests)

    def __enter__(self) -> Self:
        hostile = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):  # the client hung up
                    hostile._serve(self.request)

        self._server = _Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, connection: socket) -> None:
        if self.tls:
            connection = self.tls.wrap_socket(connection, server_side=True)
        request = self.read(connection)
        if not request:
            return
        default = response(b"not here", status="404 Not Found")
        answer = self.answers.get(request.host + request.path, self.answers.get(request.path, default))
        if callable(answer):
            answer(connection)
        else:
            connection.sendall(answer)
        self.ended.append(time.monotonic())
        if self.tls:
            connection.close()  # it is another than the server's own

    def read(self, connection: socket) -> Request | None:
        """Read and remember a request; none when the client hung up."""
        head = b""
        while b"\r\n\r\n" not in head:
            more = connection.recv(65536)
            if not more:
                return None
            head += more
        first, *lines = head.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
        path = first.split(" ")[1]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        at, port = time.monotonic(), connection.getpeername()[1]
        self.requests.append(Request(at, headers.get("host", ""), path, headers, port))
        return self.requests[-1]


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128


def response(
    body: bytes, *headers: str, status: str = "200 OK", content_type: str = "text/html; charset=utf-8"
) -> bytes:
    """A well-formed answer that closes its connection."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(body)}", *headers]
    return head(*lines) + body


def head(*lines: str) -> bytes:
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")


def redirect(to: str, *headers: str, body: bytes = b"") -> bytes:
    return response(body, f"Location: {to}", *headers, status="302 Found")


def drip(first: bytes, rest: bytes, pause: float) -> Callable[[socket], None]:
    """Send the first at once and the rest a byte at a time."""

    def send(connection: socket) -> None:
        connection.sendall(first)
        for byte in rest:
            time.sleep(pause)
            connection.sendall(bytes([byte]))

    return send


def endless(first: bytes, chunk: bytes) -> Callable[[socket], None]:
    """Send one chunk after another until the client hangs up."""

    def send(connection: socket) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(chunk)

    return send


def reset(first: bytes) -> Callable[[socket], None]:
    """Send something, then break the connection."""

    def send(connection: socket) -> None:
        connection.sendall(first)
        time.sleep(0.05)
        connection.setsockopt(SOL_SOCKET, SO_LINGER, pack("ii", 1, 0))
        connection.close()

    return send


def kept(server: Hostile, *answers: bytes) -> Callable[[socket], None]:
    """Answer one request after another on the same connection, whatever they ask for, then close it."""

    def send(connection: socket) -> None:
        for number, answer in enumerate(answers):
            if number and not server.read(connection):
                return
            connection.sendall(answer)

    return send


def one_by_one(answers: Iterable[Answer]) -> Callable[[socket], None]:
    """Another answer at each request; the last one stays."""
    left = list(answers)

    def send(connection: socket) -> None:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if callable(answer):
            answer(connection)
        else:
            connection.sendall(answer)

    return send
