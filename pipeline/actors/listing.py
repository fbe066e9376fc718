"""The registry as rows for people: what a name means, and who is known."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from pipeline.actors.entries import KINDS, ROLES
from pipeline.actors.registry import Actor, Registry
from pipeline.errors import ConfigError
from pipeline.places.gazetteer import BODIES, countries

Row = dict[str, Any]


def meanings(known: Registry, name: str, on: date | None = None) -> list[Row]:
    """Return what *name* may mean, one row a period; on a day, only what holds then."""
    rows = [
        _row(reading.actor) | {"is_weak": reading.is_weak}
        for reading in known.find_all(name)
        if reading.actor.days_from(on) == 0
    ]
    return rows + list(_phrases(known, tuple(name.lower().split()) if name == name.lower() else ()))


def listed(known: Registry, *, country: str | None, role: str | None, kind: str | None) -> list[Row]:
    """Return who has that country, role and kind, None being any; raise ConfigError for an unknown code."""
    _refuse("--country", country, {*countries(), *BODIES})
    _refuse("--role", role, set(ROLES))
    _refuse("--kind", kind, set(KINDS) - {"noun", "title"})
    return [
        _row(actor)
        for actor in known.actors()
        if country in (None, actor.country) and role in (None, actor.role) and kind in (None, actor.kind)
    ]


def _row(actor: Actor) -> Row:
    return {
        "name": actor.name, "country": actor.country, "role": actor.role, "kind": actor.kind,
        "since": actor.since, "until": actor.until,
    }  # fmt: skip


def _phrases(known: Registry, words: tuple[str, ...]) -> Iterator[Row]:
    tables: Mapping[str, Mapping[tuple[str, ...], str]] = {"noun": known.nouns, "title": known.titles}
    for kind, roles in tables.items():
        if words in roles:
            actor = Actor(" ".join(words), None, roles[words], kind)
            yield _row(actor) | {"is_weak": False}


def _refuse(option: str, code: str | None, known: set[str]) -> None:
    if code is not None and code not in known:
        few = f"known are {', '.join(sorted(known))}" if len(known) < 30 else "expected a code such as KEN"
        raise ConfigError(f"{option} {code!r} is not known; {few}")
