"""Which of the protocol's features an endpoint knows, found out by its refusals."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pipeline.chat.answers import answer_schema
from pipeline.chat.prompt import Message, with_schema

SEED = 0
Form = Literal["json_schema", "json_object", "plain"]
#: What to fall back to, and the words by which an endpoint says that it must be.
SIMPLER: Mapping[Form, tuple[Form | None, tuple[str, ...]]] = {
    "json_schema": ("json_object", ("response_format", "schema", "grammar")),
    "json_object": ("plain", ("response_format", "json_object")),
    "plain": (None, ()),
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to ask: the form of answer that is demanded, and the parameters that are left out."""

    form: Form = "json_schema"
    omitted: frozenset[str] = frozenset()

    def body(self, model: str, messages: Sequence[Message], tokens_max: int) -> bytes:
        """The request as JSON."""
        asked = {"temperature": 0, "seed": SEED, "max_tokens": tokens_max} | self._form()
        kept = {name: value for name, value in asked.items() if name not in self.omitted}
        shown = messages if self.form == "json_schema" else with_schema(messages)
        return json.dumps({"model": model, "messages": list(shown), **kept}).encode()

    def without(self, refusal: str) -> "Dialect | None":
        """The dialect without what the endpoint's refusal names; None when it names nothing that can be left out."""
        simpler, words = SIMPLER[self.form]
        if simpler and any(word in refusal for word in words):
            return replace(self, form=simpler)
        for name in ("seed", "temperature", "max_tokens"):
            if name in refusal and name not in self.omitted:
                return replace(self, omitted=self.omitted | {name})
        return None

    def _form(self) -> dict[str, Any]:
        if self.form == "plain":
            return {}
        if self.form == "json_object":
            return {"response_format": {"type": "json_object"}}
        schema = {"name": "coding", "strict": True, "schema": answer_schema()}
        return {"response_format": {"type": "json_schema", "json_schema": schema}}
