"""Who acts: persons, bodies, forces, groups and outlets by name, and the nouns and titles that give a role."""

from pipeline.actors.registry import Actor, Reading, Registry, chosen, current, registry, use

__all__ = ["Actor", "Reading", "Registry", "chosen", "current", "registry", "use"]
