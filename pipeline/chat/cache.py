"""Answers that were paid for once: a folder of JSON files, each named by a digest of all that was asked."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.chat.answers import DocumentAnswer, answer_schema
from pipeline.chat.numbered import Numbered
from pipeline.chat.prompt import system_prompt
from pipeline.chat.reading import UnusableAnswer, check_answer
from pipeline.io.files import write_whole


class AnswerCache:
    """Keeps the usable answer to each article by model, task, schema, title, text, date and outlet.

    An entry that cannot be read or does not pass the checks counts as missing, and is written anew.
    """

    def __init__(self, folder: Path, model: str) -> None:
        self._folder = folder
        self._asked = [model, system_prompt(), answer_schema()]

    def get(self, article: Numbered) -> DocumentAnswer | None:
        try:
            row: Any = json.loads(self._file(article).read_bytes())
            return check_answer(row, article)
        except (OSError, ValueError, RecursionError, UnusableAnswer):
            return None

    def put(self, article: Numbered, answer: DocumentAnswer) -> None:
        """Keep an answer; raises StageError when the folder cannot be written."""
        write_whole(self._file(article), answer.model_dump_json())

    def _file(self, article: Numbered) -> Path:
        digest = sha256(json.dumps([*self._asked, article.text]).encode()).hexdigest()
        return self._folder / digest[:2] / f"{digest[2:]}.json"
