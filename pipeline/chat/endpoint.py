"""A chat endpoint: one request until it is answered, with patience for what passes."""

import asyncio
from collections.abc import Sequence
from time import monotonic
from types import TracebackType
from typing import Self

from pipeline.chat.dialect import Dialect
from pipeline.chat.exchange import PassingError, RefusedError, Wire
from pipeline.chat.prompt import Message
from pipeline.chat.reply import Usage, answer_in
from pipeline.errors import RecordError, StageError
from pipeline.settings import Settings

PAUSE_SECONDS, PAUSE_SECONDS_MAX = 1.0, 60.0  # before another try: the first, and the longest
CONNECTION_TRIES = 3  # after that nobody is there
GIVEN_UP_MAX = 3  # requests in succession, after which the endpoint counts as down


class Clock:
    """Time as it passes."""

    def now(self) -> float:
        """Seconds since some instant."""
        return monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class NoAnswer(RecordError):
    """The endpoint did not answer this request in time, whatever was tried."""


class Endpoint:
    """Sends requests and gives the text of the answers; an asynchronous context manager.

    Raises ConfigError when settings of the endpoint are missing, or no header can carry its key.
    """

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self._settings, self._clock = settings, clock or Clock()
        self._wire = Wire(settings)
        self._dialect = Dialect()
        self._resume_at = self._clock.now()  #: when the endpoint wants to be asked again
        self._given_up = 0  #: requests in succession
        self.usage = Usage()

    async def ask(self, messages: Sequence[Message]) -> str:
        """Return the text of the answer.

        Raises a RecordError (NoAnswer, Declined, UnusableAnswer) for what concerns this request only, ConfigError or
        StageError when no other will do better.
        """
        until = self._clock.now() + self._settings.chat_deadline_seconds
        failures = 0
        while True:
            await self._turn(until)
            dialect = self._dialect
            try:
                reply = await self._try(dialect, messages, until)
            except RefusedError as refusal:
                self._learn(dialect, str(refusal))
            except PassingError as failure:
                failures += 1
                await self._clock.sleep(self._pause(failure, failures, until))
            else:
                self._given_up = 0
                self.usage.add(reply)
                return answer_in(reply)

    async def _try(self, dialect: Dialect, messages: Sequence[Message], until: float) -> bytes:
        settings = self._settings
        body = dialect.body(settings.chat_model, messages, settings.chat_answer_tokens_max)
        return await self._wire.exchange(body, min(settings.chat_seconds_max, until - self._clock.now()))

    async def _turn(self, until: float) -> None:
        """Wait until the endpoint wants to be asked again."""
        if self._resume_at >= until:
            raise self._no_answer(f"{self._wire.url} wants to be left alone for longer")
        await self._clock.sleep(max(0.0, self._resume_at - self._clock.now()))

    def _learn(self, dialect: Dialect, refusal: str) -> None:
        """Leave out what the endpoint does not know, from now on; raise RecordError when that is not the reason."""
        simpler = dialect.without(refusal)
        if simpler is None:
            raise RecordError(refusal)
        if self._dialect == dialect:  # else another request has learnt it meanwhile
            self._dialect = simpler

    def _pause(self, failure: PassingError, failures: int, until: float) -> float:
        """Seconds until the request's next try; raises when there is to be none."""
        if not failure.is_connected and failures >= CONNECTION_TRIES:
            raise StageError(f"{self._wire.url}: {failure}; check EVENTWIRE_CHAT_URL, and whether it is running")
        pause = failure.wait or min(PAUSE_SECONDS * 2.0 ** (failures - 1), PAUSE_SECONDS_MAX)
        resume_at = self._clock.now() + pause
        if failure.wait:
            self._resume_at = max(self._resume_at, resume_at)  # the other requests wait as well
        if resume_at >= until:
            raise self._no_answer(str(failure))
        return pause

    def _no_answer(self, reason: str) -> NoAnswer | StageError:
        self._given_up += 1
        if self._given_up >= GIVEN_UP_MAX:
            return StageError(f"{self._given_up} requests in succession failed: {reason}; try again later")
        return NoAnswer(f"{reason}; given up (EVENTWIRE_CHAT_DEADLINE_SECONDS)")

    async def __aenter__(self) -> Self:
        await self._wire.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._wire.__aexit__(kind, error, trace)
