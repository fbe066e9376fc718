"""What the model is asked: the task with the ontology, then the articles."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from pipeline.chat.answers import answer_schema
from pipeline.chat.numbered import Numbered
from pipeline.events.ontology import event_types

OBJECTED_MAX = 40_000  #: characters of an answer that are shown to the model again
Message = Mapping[str, str]


@lru_cache(maxsize=1)
def system_prompt() -> str:
    """The task: what counts as an event and as a claim, and how to write it down."""
    text = _data("pipeline.chat", "prompt.toml")
    parts = {
        "Task": text["task"],
        "Events": text["events"],
        "Types, each with its modes; modes may be left empty": _types(text["types"]),
        "Parties": text["parties"],
        "Roles": _roles(_data("pipeline.events", "ontology.toml")["role"]),
        "Claims": text["claims"],
        "Answer": text["answer"],
    }
    return "\n\n".join(f"# {title}\n{part.strip()}" for title, part in parts.items())


def _types(definitions: Mapping[str, str]) -> str:
    return "\n".join(
        f"{code}: {definitions[code]}" + (f" [{', '.join(kind.modes)}]" if kind.modes else "")
        for code, kind in event_types().items()
    )


def _roles(names: Mapping[str, str]) -> str:
    return "\n".join(f"{code}: {name}" for code, name in names.items())


def _data(package: str, name: str) -> Mapping[str, Any]:
    return tomllib.loads(files(package).joinpath(f"data/{name}").read_text(encoding="utf-8"))


def question(articles: Sequence[Numbered]) -> list[Message]:
    """The messages that ask for the coding of *articles*, numbered from 1."""
    listed = "\n\n".join(f"# Article {number}\n{article.text}" for number, article in enumerate(articles, 1))
    return [{"role": "system", "content": system_prompt()}, {"role": "user", "content": listed}]


def objection(answer: str, problem: str) -> list[Message]:
    """The messages that tell the model what was wrong with its answer; none where there was no answer."""
    if not answer:
        return []
    return [
        {"role": "assistant", "content": answer[:OBJECTED_MAX]},
        {"role": "user", "content": f"This answer is not usable: {problem}. Give the whole answer again, corrected."},
    ]


def with_schema(messages: Sequence[Message]) -> list[Message]:
    """The same with the schema in words, for endpoints that take none."""
    first, *rest = messages
    schema = f"The object follows this JSON schema:\n{json.dumps(answer_schema())}"
    return [{**first, "content": f"{first['content']}\n\n{schema}"}, *rest]
