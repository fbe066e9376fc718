"""With what: the mode of an attack whose own word does not say it, from the weapons its sentence names."""

import re

from pipeline.events.merge import Report

_WEAPONS = tuple(
    (mode, re.compile(rf"\b(?:{words})", re.IGNORECASE))
    for mode, words in (
        ("suicide-attack", "suicide (?:bomb|attack|blast)|blew (?:him|her|them)sel"),
        ("drone", "drones?\b|unmanned"),
        ("aerial", "air ?strikes?|air[ -]raids?|warplanes?|fighter jets?|helicopter gunship|bombers?\b"),
        ("heavy-weapons", "missiles?|rockets?|artillery|shell(?:ing|ed|s|fire)|mortars?|tanks?\b"),
        ("explosives", "bomb(?!er)|explosi|grenade|dynamite|land ?mine|blast"),
        ("firearms", "gunm[ae]n|gunfire|guns?\b|shots?\b|shooting|rifles?|bullets?|pistol|opened fire"),
        ("primitive", "knife|knives|stabb|machete|axes?\b|stones?\b|swords?"),
    )
)


def weapons_in(report: Report) -> tuple[str, ...]:
    """Return the mode that the report's sentence suggests for an ASSAULT that is no battle, or none."""
    if report.type_code != "ASSAULT" or report.trigger.rule.frame == "mutual":
        return ()
    return next(((mode,) for mode, pattern in _WEAPONS if pattern.search(report.sentence.text)), ())
