"""Records to rows and back, by field name; nested values as JSON."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

R = TypeVar("R")


@cache
def _adapter(record_type: Any) -> TypeAdapter[Any]:
    return TypeAdapter(record_type)


def to_row(record: object) -> dict[str, Any]:
    """Return the record's fields: nested records become dicts, tuples lists, instants UTC, as the store has them."""
    kind: Any = type(record)
    row: dict[str, Any] = _adapter(kind).dump_python(record)
    return {name: _stored(value) for name, value in row.items()}


def _stored(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def from_row(record_type: type[R], row: Mapping[str, Any]) -> R:
    """Build the record from the columns of its fields; other columns are left alone."""
    names = record_type.__dataclass_fields__  # type: ignore[attr-defined]
    kind: Any = record_type
    record: R = _adapter(kind).validate_python({name: row[name] for name in names})
    return record
