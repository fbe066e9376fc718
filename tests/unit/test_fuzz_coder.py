"""A short run of the fuzzer over articles, and proof that it would notice."""

from dataclasses import replace
from typing import Any

import pytest
from fuzz.fuzz_coder import CODER, ON, SEEDS, an_input, check_coding, run
from fuzz.runner import RuleBroken

from pipeline.errors import RecordError
from pipeline.records import Document, Entity, Span


def seed(number: int) -> Document:
    title, _, text = SEEDS[number].partition("\n")
    return Document(document_id="d", title=title, text=text, published_on=ON)


def test_fifty_hostile_articles_break_no_rule() -> None:
    figures = run(20261116, iter(range(50)), seconds=60)
    assert figures.broken == []
    assert figures.inputs == 50
    assert {"ASSAULT", "ACCUSE", "deaths", "actor", "nothing"} <= set(figures.outcomes)


def test_the_seeds_are_sound_and_an_input_is_always_the_same() -> None:
    told = [{mention.type_code for mention in CODER.code(seed(number)).mentions} for number in range(3)]
    assert "ASSAULT" in told[0] and "ACCUSE" in told[1] and "COERCE" in told[2]
    assert an_input(1, 7) == an_input(1, 7) != an_input(2, 7)


@pytest.mark.parametrize(
    "change",
    [
        {"number": 7}, {"type_code": "WAR"}, {"mode_codes": ("merger",)}, {"spans": ()}, {"anchor": Span(part="text", start=0, end=1)},
        {"end_date": None}, {"actors": (Entity(text="x", country_code=None, role_code="KING"),)}, {"actors": (Entity(text=" ", country_code=None, role_code="GOV"),)},
        {"rule": ""},
    ],
)  # fmt: skip
def test_the_fuzzer_notices_a_mention_that_may_not_come_out(change: dict[str, Any]) -> None:
    coding = CODER.code(seed(0))
    check_coding(seed(0), coding)
    first, *others = coding.mentions
    with pytest.raises((RuleBroken, RecordError)):
        check_coding(seed(0), replace(coding, mentions=(replace(first, **change), *others)))


@pytest.mark.parametrize(
    "change", [{"about": 99}, {"count_min": -1}, {"count_min": 9, "count_max": 3}, {"kind": "actor"}, {"rule": ""}]
)
def test_the_fuzzer_notices_a_claim_that_may_not_come_out(change: dict[str, Any]) -> None:
    coding = CODER.code(seed(0))
    toll = next(claim for claim in coding.claims if claim.kind == "deaths")
    with pytest.raises(RuleBroken):
        check_coding(seed(0), replace(coding, claims=(replace(toll, **change),)))
    with pytest.raises(RuleBroken, match="a claim twice"):
        check_coding(seed(0), replace(coding, claims=(toll, toll)))
