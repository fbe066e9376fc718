"""The ontology is PLOVER's, and what we add to it can be taken off again."""

import pytest

from pipeline.coder.lexicon import inflect, patterns
from pipeline.events.ontology import (
    QUAD_NAMES,
    cameo_role,
    context_codes,
    event_types,
    plover_modes,
    score,
)


def test_there_are_sixteen_types_four_quads_and_thirty_seven_contexts() -> None:
    assert len(event_types()) == 16
    assert {kind.quad for kind in event_types().values()} == set(QUAD_NAMES)
    assert len(set(context_codes())) == 37


def test_cooperation_scores_above_conflict() -> None:
    for kind in event_types().values():
        assert kind.score > 0 if kind.quad <= 2 else kind.score <= 0, kind.code


def test_every_cameo_root_from_03_to_20_has_one_type() -> None:
    roots = [code for kind in event_types().values() for code in kind.cameo_codes]
    assert len(roots) == len(set(roots))
    assert {root[:2] for root in roots} == {f"{n:02d}" for n in range(3, 21)}


def test_a_missile_is_a_heavy_weapon_to_plover_readers() -> None:
    assert "missile" in event_types()["ASSAULT"].modes
    assert plover_modes(("missile", "heavy-weapons", "aerial")) == ("heavy-weapons", "aerial")


def test_the_strongest_mode_gives_the_score() -> None:
    assert score("ASSAULT") == -9.0
    assert score("ASSAULT", ("beat", "aerial")) == -9.5
    assert score("CONSULT", ("phone", "visit")) == 4.0
    with pytest.raises(KeyError):
        score("FIGHT")


def test_the_press_and_medicine_are_not_confused_in_cameo() -> None:
    assert (cameo_role("JRN"), cameo_role("MED"), cameo_role("GOV")) == ("MED", "HLH", "GOV")


def test_the_lexicon_names_only_types_and_modes_of_the_ontology() -> None:
    rules = {pattern.rule for group in patterns().values() for pattern in group}
    assert {rule.type_code for rule in rules} == set(event_types())
    for rule in rules:
        assert set(rule.mode_codes) <= set(event_types()[rule.type_code].modes), rule.name


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("attack", "attack attacks attacked attacked attacking"),
        ("ban", "ban bans banned banned banning"),
        ("free", "free frees freed freed freeing"),
        ("deny", "deny denies denied denied denying"),
        ("clash", "clash clashes clashed clashed clashing"),
    ],
)
def test_verbs_are_inflected_as_english_does(verb: str, forms: str) -> None:
    assert [form for form, _ in inflect(verb, {})] == forms.split()
