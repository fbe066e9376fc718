"""One exchange with an endpoint: a request's body out, a reply's body in, or what is wrong and who should mend it."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import httpx

from pipeline.chat.reading import UnusableAnswer
from pipeline.chat.reply import told
from pipeline.errors import ConfigError, RecordError
from pipeline.io.coding import ACCEPTED, Decoder
from pipeline.io.failures import TEMPORARY_STATUS, retry_after
from pipeline.io.http import user_agent
from pipeline.settings import Settings

REPLY_BYTES_MAX = 2_000_000


class PassingError(Exception):
    """A failure that may pass; *wait* is how many seconds the endpoint asks for."""

    def __init__(self, message: str, *, wait: float = 0.0, is_connected: bool = True) -> None:
        super().__init__(message)
        self.wait, self.is_connected = wait, is_connected


class RefusedError(Exception):
    """The endpoint does not take the request as it is; the message is what it says."""


class Wire:
    """The connection to an endpoint; an asynchronous context manager.

    Raises ConfigError when settings of the endpoint are missing, or no header can carry its key.
    """

    def __init__(self, settings: Settings) -> None:
        self.url = _address(settings)
        self._key = _key(settings)
        self._headers = _headers(settings.contact, self._key)

    async def exchange(self, body: bytes, seconds: float) -> bytes:
        """Send a request and return the reply's body, decoded and without our key.

        Raises PassingError, RefusedError, UnusableAnswer for a body that is too long or not in its coding, ConfigError
        for a status that settings are to blame for, RecordError for any other that is no success.
        """
        request = self._client.build_request("POST", self.url, content=body)
        try:
            async with asyncio.timeout(seconds):
                response = await self._client.send(request, stream=True)
                try:
                    reply = await _body(response)
                finally:
                    await response.aclose()
        except TimeoutError as error:
            raise PassingError(f"no full answer within {seconds:g} s") from error
        except (httpx.TransportError, OSError) as error:
            said = f"{type(error).__name__}: {error}".removesuffix(": ")
            raise PassingError(said, is_connected=not isinstance(error, httpx.ConnectError)) from error
        reply = reply.replace(self._key.encode(), b"...") if self._key else reply  # some repeat it
        self._check(response, told(reply))
        return reply

    def _check(self, response: httpx.Response, said: str) -> None:
        status, problem = response.status_code, f"{self.url} answered {response.status_code}: {said}"
        if status in TEMPORARY_STATUS:
            wait = retry_after(response.headers.get("retry-after", ""), datetime.now(UTC))
            raise PassingError(problem, wait=wait.total_seconds() if wait else 0.0)
        if status in {400, 422}:
            raise RefusedError(problem)
        if status in {401, 402, 403}:
            raise ConfigError(f"{problem}; check EVENTWIRE_CHAT_KEY")
        if status in {404, 405}:
            raise ConfigError(f"{problem}; check EVENTWIRE_CHAT_URL and EVENTWIRE_CHAT_MODEL")
        if 300 <= status < 400:
            to = response.headers.get("location", "nowhere")
            raise ConfigError(f"{self.url} redirects to {to}; set EVENTWIRE_CHAT_URL to where the endpoint is")
        if not response.is_success:
            raise RecordError(problem)

    async def __aenter__(self) -> Self:
        self._client = httpx.AsyncClient(
            headers=self._headers,
            limits=httpx.Limits(max_connections=None),  # who asks sees to that
            timeout=None,  # each exchange has a deadline of its own
            trust_env=False,
            verify=httpx.create_ssl_context(),  # the authorities of SSL_CERT_FILE, or those of certifi
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()


def _address(settings: Settings) -> str:
    for name in ("chat_url", "chat_model"):
        if not getattr(settings, name):
            raise ConfigError(f"EVENTWIRE_{name.upper()} is not set; the coder chat needs it (see docs/chat-coder.md)")
    return f"{settings.chat_url.rstrip('/')}/chat/completions"


def _key(settings: Settings) -> str:
    key = settings.chat_key.get_secret_value().strip()
    if not (key.isascii() and key.isprintable()):
        raise ConfigError("EVENTWIRE_CHAT_KEY has characters that no header can carry")
    return key


def _headers(contact: str, key: str) -> Mapping[str, str]:
    headers = {
        "User-Agent": user_agent(contact), "Accept": "application/json", "Accept-Encoding": ACCEPTED,
        "Content-Type": "application/json",
    }  # fmt: skip
    return headers | ({"Authorization": f"Bearer {key}"} if key else {})


async def _body(response: httpx.Response) -> bytes:
    body = bytearray()
    try:
        decoder = Decoder(response.headers.get("content-encoding", ""))
        async for chunk in response.aiter_raw():
            for piece in decoder.pieces(chunk):
                body += piece
                if len(body) > REPLY_BYTES_MAX:
                    raise UnusableAnswer(f"a reply of more than {REPLY_BYTES_MAX:,} bytes")
    except ValueError as error:
        raise UnusableAnswer(f"the reply's {error}") from error
    if not decoder.is_whole:
        raise PassingError(f"the reply ends before its coding, {decoder.name}, does")
    return bytes(body)
