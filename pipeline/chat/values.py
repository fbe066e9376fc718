"""The values of an answer, each with its check; what an answer says is wrong with it is told to the model."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, ValidationInfo, WithJsonSchema

from pipeline.events.ontology import event_types, role_codes
from pipeline.language.clean import clean
from pipeline.places.gazetteer import BODIES, countries

NAME_MAX = 300  #: characters
COUNT_MAX = 1_000_000_000
LIST_MAX = 200  #: entries; more are a model that repeats itself
TYPES = tuple(event_types())
MODES = tuple(dict.fromkeys(mode for kind in event_types().values() for mode in kind.modes))
ROLES = tuple(sorted(role_codes()))


def _one_of(what: str, codes: Sequence[str]) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in codes:
            raise ValueError(f"{value!r} is no {what}; choose from {', '.join(codes)}")
        return value

    return check


def _enum(codes: Sequence[str]) -> dict[str, Any]:
    return {"type": "string", "enum": list(codes)}


def _country(value: str) -> str:
    if value not in countries() and value not in BODIES:
        raise ValueError(f"{value!r} is no code of ISO 3166-1 alpha-3, nor one of {', '.join(sorted(BODIES))}")
    return value


def _count(value: int) -> int:
    if not 0 <= value <= COUNT_MAX:
        raise ValueError(f"{value} is no count between 0 and {COUNT_MAX}")
    return value


def _sentence(value: int, info: ValidationInfo) -> int:
    numbers: range = (info.context or {})["numbers"]
    if value not in numbers:
        raise ValueError(f"there is no sentence {value}; the sentences are {numbers[0]} to {numbers[-1]}")
    return value


def _day(value: object) -> date:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no date written as YYYY-MM-DD")
    return date.fromisoformat(value)


def _name(value: str) -> str:
    name = " ".join(clean(value).split())
    if not 0 < len(name) <= NAME_MAX:
        raise ValueError(f"{len(name)} characters; a name has 1 to {NAME_MAX}")
    return name


def _short(value: object) -> object:
    if isinstance(value, list) and len(value) > LIST_MAX:
        raise ValueError(f"{len(value)} entries; a list has at most {LIST_MAX}")
    return value


T = TypeVar("T")
Several = Annotated[list[T], BeforeValidator(_short)]
TypeCode = Annotated[str, AfterValidator(_one_of("event type", TYPES)), WithJsonSchema(_enum(TYPES))]
ModeCode = Annotated[str, AfterValidator(_one_of("mode", MODES)), WithJsonSchema(_enum(MODES))]
RoleCode = Annotated[str, AfterValidator(_one_of("role", ROLES)), WithJsonSchema(_enum(ROLES))]
CountryCode = Annotated[str, AfterValidator(_country), WithJsonSchema({"type": "string"})]
Count = Annotated[int, AfterValidator(_count)]
SentenceNumber = Annotated[int, AfterValidator(_sentence)]  #: those that exist are given as context {"numbers": range}
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "description": "YYYY-MM-DD"})]
Name = Annotated[str, AfterValidator(_name), WithJsonSchema({"type": "string"})]
