"""Code documents by asking a chat model: cached answers first, short articles together, several requests at once."""

import asyncio
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from pipeline.batch import rejection
from pipeline.chat.answers import DocumentAnswer, answer_schema
from pipeline.chat.cache import AnswerCache
from pipeline.chat.endpoint import Clock, Endpoint
from pipeline.chat.numbered import Numbered, batches, number
from pipeline.chat.prompt import Message, objection, question, system_prompt
from pipeline.chat.reading import UnusableAnswer, read_answer
from pipeline.errors import ConfigError, RecordError, StageError
from pipeline.records import Coding, Document, Rejection, make_id
from pipeline.settings import Settings

Outcome = Coding | Rejection
R = TypeVar("R")


class ChatCoder:
    """A coder behind any endpoint that speaks OpenAI's chat protocol.

    Raises ConfigError when settings of the endpoint are missing.
    """

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self._settings = settings
        self._endpoint = Endpoint(settings, clock)
        self._cache = AnswerCache(settings.home.resolve() / "chat", settings.chat_model)
        self._cached = 0
        task = make_id(system_prompt(), answer_schema())
        self.name = f"chat/{task[:8]}/{settings.chat_model}"  #: the task's digest is its version

    @property
    def note(self) -> str:
        """Requests, tokens and cost so far."""
        usage = self._endpoint.usage
        prices = self._settings.chat_prompt_price, self._settings.chat_completion_price
        parts = [
            f"{self._settings.chat_model}: {_count(usage.requests, 'answer')}",
            f"{_count(self._cached, 'article')} from the cache" if self._cached else "",
            f"{usage.prompt_tokens:,} prompt and {usage.completion_tokens:,} completion tokens",
            f"{_count(usage.uncounted, 'answer')} without a count" if usage.uncounted else "",
            f"cost {usage.cost(*prices):.4f}" if any(prices) else "",
        ]
        return ", ".join(filter(None, parts))

    def code_many(self, documents: Sequence[Document]) -> Iterator[Outcome]:
        """Yield one outcome per document, in order, when all are there.

        Raises ConfigError when the endpoint refuses us, StageError when it does not answer; what was answered before
        is in the cache.
        """
        articles = [number(document, self._settings.chat_text_max) for document in documents]
        outcomes: list[Outcome | None] = [self._known(article) for article in articles]
        unknown = [place for place, outcome in enumerate(outcomes) if outcome is None]
        if unknown:
            asked = asyncio.run(self._ask_all([articles[place] for place in unknown]))
            for place, outcome in zip(unknown, asked, strict=True):
                outcomes[place] = outcome
        return (outcome for outcome in outcomes if outcome)

    def _known(self, article: Numbered) -> Coding | None:
        """What needs no question: an article without a word, or one that was answered before."""
        if article.is_empty:
            return Coding(document_id=article.document.document_id, coder=self.name)
        answer = self._cache.get(article)
        self._cached += answer is not None
        return answer.coding(article, self.name) if answer else None

    async def _ask_all(self, articles: Sequence[Numbered]) -> list[Outcome]:
        """The first batch alone: whatever is wrong with the settings or the endpoint shows there, once."""
        first, *rest = batches(articles, self._settings.chat_batch_tokens)
        slots = asyncio.Semaphore(self._settings.chat_connections)

        async def in_turn(batch: Sequence[Numbered]) -> list[Outcome]:
            async with slots:
                return await self._code(batch)

        async with self._endpoint:
            answered = [await self._code(first), *await _all(map(in_turn, rest))]
        return [outcome for batch in answered for outcome in batch]

    async def _code(self, batch: Sequence[Numbered]) -> list[Outcome]:
        """Ask for all at once; what gets no usable answer is asked for alone."""
        answers = await self._together(batch) if len(batch) > 1 else [None]
        return [
            self._kept(article, answer) if answer else await self._alone(article)
            for article, answer in zip(batch, answers, strict=True)
        ]

    async def _together(self, batch: Sequence[Numbered]) -> list[DocumentAnswer | None]:
        try:
            answers = read_answer(await self._endpoint.ask(question(batch)), batch)
        except RecordError:
            return [None] * len(batch)
        return [None if isinstance(answer, UnusableAnswer) else answer for answer in answers]

    async def _alone(self, article: Numbered) -> Outcome:
        try:
            return self._kept(article, await self._insisted(article))
        except (ConfigError, StageError):
            raise
        except Exception as error:
            return rejection(article.document.key, error)

    async def _insisted(self, article: Numbered) -> DocumentAnswer:
        """Ask; tell the model once what is wrong with its answer."""
        messages = question([article])
        try:
            return await self._answer(messages, article)
        except UnusableAnswer as error:
            return await self._answer([*messages, *objection(error.answer, str(error))], article)

    async def _answer(self, messages: Sequence[Message], article: Numbered) -> DocumentAnswer:
        text = await self._endpoint.ask(messages)
        (answer,) = read_answer(text, [article])
        if isinstance(answer, UnusableAnswer):
            raise UnusableAnswer(str(answer), text)
        return answer

    def _kept(self, article: Numbered, answer: DocumentAnswer) -> Coding:
        self._cache.put(article, answer)
        return answer.coding(article, self.name)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


async def _all(calls: Iterable[Coroutine[Any, Any, R]]) -> list[R]:
    """The results in order; the first error ends the others and is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(call) for call in calls]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return [task.result() for task in tasks]
