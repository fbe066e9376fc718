"""Read the text of an answer, whatever a model puts around it, and check it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from pipeline.chat.answers import DocumentAnswer
from pipeline.chat.numbered import Numbered
from pipeline.errors import RecordError
from pipeline.language.clean import clean

PROBLEMS_MAX = 8  #: told at once


class UnusableAnswer(RecordError):
    """An answer that is not what was asked for; told of it, the model may do better."""

    def __init__(self, message: str, answer: str = "") -> None:
        super().__init__(message)
        self.answer = answer


def read_answer(text: str, articles: Sequence[Numbered]) -> list[DocumentAnswer | UnusableAnswer]:
    """What an answer says of each article, in their order, or why that is of no use.

    Documents that were not asked about are ignored.
    """
    try:
        rows = _rows(text)
    except UnusableAnswer as error:
        return [error] * len(articles)
    return [
        _checked([row for row in rows if row.get("document") == number], article, number)
        for number, article in enumerate(articles, 1)
    ]


def _rows(text: str) -> list[Mapping[str, Any]]:
    body = text.rpartition("</think>")[2]  # some models think aloud first
    start = body.find("{")
    try:
        value, _ = json.JSONDecoder().raw_decode(body, start) if start >= 0 else ({}, 0)
    except (ValueError, RecursionError) as error:
        raise UnusableAnswer(f"not JSON ({error or type(error).__name__})") from error
    rows = value.get("documents")
    if not isinstance(rows, list):
        raise UnusableAnswer('not a JSON object with a list "documents"')
    return [row for row in rows if isinstance(row, dict)]


def _checked(rows: Sequence[Mapping[str, Any]], article: Numbered, number: int) -> DocumentAnswer | UnusableAnswer:
    if len(rows) != 1:
        return UnusableAnswer(f"document {number} is answered {len(rows)} times, not once")
    try:
        return check_answer(rows[0], article)
    except UnusableAnswer as error:
        return error


def check_answer(row: object, article: Numbered) -> DocumentAnswer:
    """Check one document's answer against schema, ontology and article; raise UnusableAnswer with all that is wrong."""
    try:
        return DocumentAnswer.model_validate(row, context={"numbers": article.numbers})
    except ValidationError as error:
        raise UnusableAnswer(_told(error)) from error


def _told(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    told = [f"{'.'.join(map(str, item['loc'])) or 'document'}: {item['msg']}" for item in problems[:PROBLEMS_MAX]]
    more = len(problems) - PROBLEMS_MAX
    return clean("; ".join([*told, *([f"and {more} more"] if more > 0 else [])]))
