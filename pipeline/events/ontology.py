"""The ontology: PLOVER's sixteen types with quad class, score, CAMEO roots, modes, roles and contexts.

Read once from data/ontology.toml. Our addition to PLOVER is the mode *missile*; `plover_modes` writes it
as PLOVER readers know it.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

QUAD_NAMES: Mapping[int, str] = MappingProxyType(
    {
        1: "verbal cooperation",
        2: "material cooperation",
        3: "verbal conflict",
        4: "material conflict",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """One of PLOVER's types. *score* is conflict -10 to cooperation +10; *modes* maps mode to score."""

    code: str
    quad: int
    score: float
    cameo_codes: tuple[str, ...]
    modes: Mapping[str, float]


@lru_cache(maxsize=1)
def event_types() -> Mapping[str, EventType]:
    """Return the sixteen types by code."""
    return MappingProxyType(
        {
            code: EventType(
                code=code,
                quad=row["quad"],
                score=row["score"],
                cameo_codes=tuple(row["cameo"]),
                modes=MappingProxyType(row.get("modes", {})),
            )
            for code, row in _data()["type"].items()
        }
    )


def score(type_code: str, mode_codes: Iterable[str] = ()) -> float:
    """Return the conflict-cooperation score: the strongest of the modes, else the type's own.

    Raises KeyError for a type that is none of the sixteen; a mode of another type is ignored.
    """
    kind = event_types()[type_code]
    scores = [kind.modes[mode] for mode in mode_codes if mode in kind.modes]
    return max(scores, key=abs, default=kind.score)


def plover_modes(mode_codes: Iterable[str]) -> tuple[str, ...]:
    """Return the modes as plain PLOVER has them, in order and without repeats (missile: heavy-weapons)."""
    own: Mapping[str, str] = _data()["mode_for_plover"]
    return tuple(dict.fromkeys(own.get(mode, mode) for mode in mode_codes))


def role_codes() -> frozenset[str]:
    """Return every role code."""
    return frozenset(_data()["role"])


def cameo_role(role_code: str) -> str:
    """Return CAMEO's code for one of our roles; PLOVER's MED (medical) is CAMEO's HLH."""
    names: Mapping[str, str] = _data()["cameo_role"]
    return names.get(role_code, role_code)


def context_codes() -> tuple[str, ...]:
    """Return PLOVER's 37 contexts."""
    return tuple(_data()["contexts"]["codes"])


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    text = files("pipeline.events").joinpath("data/ontology.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))
