"""A chat endpoint on the loopback that answers as a test tells it to, well or badly."""

import json
import socketserver
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from socket import socket
from typing import Any, Self

from support.hostile import Answer, response

from pipeline.chat.endpoint import Clock


@dataclass(frozen=True)
class Asked:
    """One request."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def texts(self) -> list[str]:
        return [message["content"] for message in self.body["messages"]]

    @property
    def articles(self) -> int:
        """How many are asked about."""
        return self.texts[1].count("# Article ")

    @property
    def form(self) -> str:
        return str(self.body.get("response_format", {}).get("type", "plain"))


Reply = Callable[[Asked], Answer]


@dataclass
class ChatServer:
    """Gives one reply after another, the last again and again; remembers what it was asked. A context manager."""

    replies: list[Reply] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    busiest: int = 0  #: most requests at one time
    _busy: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        serve = self._serve

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):  # the client hung up
                    serve(self.request)

        self._server = _Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, connection: socket) -> None:
        asked = _read(connection)
        if not asked:
            return
        with self._lock:
            self.asked.append(asked)
            reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
            self._busy += 1
            self.busiest = max(self.busiest, self._busy)
        try:
            answer = reply(asked)
        finally:
            with self._lock:
                self._busy -= 1
        if callable(answer):
            answer(connection)
        else:
            connection.sendall(answer)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64


def _read(connection: socket) -> Asked | None:
    with connection.makefile("rb") as stream:
        first = stream.readline().decode("latin-1")
        if not first:
            return None
        lines = iter(lambda: stream.readline().decode("latin-1").strip(), "")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = json.loads(stream.read(int(headers["content-length"])))
    return Asked(first.split(" ")[1], headers, body)


class FakeClock(Clock):
    """Sleeping takes no time here, only on this clock."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> float:
        return sum(self.slept)

    async def sleep(self, seconds: float) -> None:
        if seconds:
            self.slept.append(seconds)


# ── replies ──────────────────────────────────────────────────────────────────────────────────


def says(text: str | None, *, finish: str = "stop", **message: Any) -> Reply:
    """A well-formed reply with that text as the model's answer."""
    return lambda _: completion(text, finish=finish, **message)


def sends(answer: Answer) -> Reply:
    """These bytes, whatever was asked."""
    return lambda _: answer


def fails(status: str, *headers: str, says: str = "") -> Reply:
    """An error, as these endpoints tell it."""
    body = json.dumps({"error": {"message": says}}).encode()
    return sends(response(body, *headers, status=status, content_type="application/json"))


def codes(asked: Asked) -> bytes:
    """One event for each article, in its last sentence."""
    return completion(answer(*(document(number) for number in range(1, asked.articles + 1))))


def slowly(asked: Asked) -> bytes:
    time.sleep(0.1)
    return codes(asked)


def completion(
    text: str | None, *, finish: str = "stop", usage: Any = "default", headers: Sequence[str] = (), **message: Any
) -> bytes:
    tokens = {"prompt_tokens": 1000, "completion_tokens": 100} if usage == "default" else usage
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
    body = {"object": "chat.completion", "choices": [choice]} | ({"usage": tokens} if tokens is not None else {})
    return response(json.dumps(body).encode(), *headers, content_type="application/json")


# ── answers ──────────────────────────────────────────────────────────────────────────────────


def answer(*documents: dict[str, Any]) -> str:
    return json.dumps({"documents": list(documents)})


def document(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {"document": number, "events": [event()], "claims": []} | changes


def party(text: str = "police", **changes: Any) -> dict[str, Any]:
    return {"text": text, "country": "KEN", "role": "COP"} | changes


def event(**changes: Any) -> dict[str, Any]:
    return {
        "number": 1, "type": "COERCE", "modes": ["arrest"], "sentences": [0, 1], "anchor": 1, "actors": [party()],
        "recipients": [], "start": "2026-11-16", "end": None,
        "place": {"text": "Nairobi", "country": "KEN", "admin1": None}, "status": "occurred", "salience": "main",
    } | changes  # fmt: skip


def claim(**changes: Any) -> dict[str, Any]:
    return {
        "about": 1, "kind": "detained", "stance": "asserts", "sentence": 1, "source": None, "accused": None,
        "min": 12, "max": 12, "of": None, "cumulative": False,
    } | changes  # fmt: skip
