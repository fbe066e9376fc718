"""The pages: self-contained, escaped, drawable."""

import json
import re
from datetime import date

import vl_convert

from pipeline.dashboard.gates import gates_page
from pipeline.dashboard.page import QUERIES, dashboard_page
from pipeline.io.gates import GateResult

DAY = date(2026, 11, 16)
EVIL = "</script><script>alert(1)</script>"
MARTS: dict[str, list[dict[str, object]]] = {
    "daily": [
        {"event_date": DAY, "type_code": "ASSAULT", "quad_class": "material conflict", "event_count": 3, "independent_source_count": 4}
    ],
    "places": [
        {
            "place_name": EVIL, "country_code": "AZE", "latitude": 40.8, "longitude": 46.0, "event_count": 2,
            "material_conflict_count": 1, "deaths_high": 9,
        }
    ],
    "contested": [
        {
            "event_date": DAY, "type_code": "ASSAULT", "place_name": "Shamkir", "place_country_code": "AZE",
            "said_by": ["Azerbaijan"], "admitted_by": None, "denied_by": [EVIL], "source_count": 2, "denial": EVIL,
        }
    ],
    "casualties": [
        {
            "place_name": "Shamkir", "place_country_code": "AZE", "type_code": "ASSAULT", "event_date": DAY, "kind": "deaths",
            "claimant": "ministry", "source_name": "Wire", "count_min": 7, "count_max": None, "reported_day": DAY,
            "sentence": EVIL, "event_id": "e",
        }
    ],
    "coverage": [
        {
            "day": DAY, "source_id": "a", "source_name": "Wire", "country_code": "DEU", "state": "silent", "article_count": 0,
            "articles_min": 2, "articles_max": 9, "page_count": 0, "rejected_count": 0, "mention_count": 0,
        }
    ],
    "gates": [],
}  # fmt: skip


def specs(html: str) -> dict[str, dict[str, object]]:
    match = re.search(r'<script type="application/json" id="specs">(.*?)</script>', html, re.DOTALL)
    assert match
    return dict(json.loads(match.group(1)))


def test_the_page_asks_nothing_from_outside() -> None:
    html = dashboard_page(MARTS)

    assert not re.search(r'(src|href)="(https?:)?//', html)
    assert not re.search(r'"url":', json.dumps(specs(html)))


def test_text_of_others_cannot_become_code() -> None:
    assert EVIL not in dashboard_page(MARTS)


def test_every_chart_can_be_drawn() -> None:
    for name, spec in specs(dashboard_page(MARTS)).items():
        svg = vl_convert.vegalite_to_svg(spec)
        assert "<svg" in svg, name


def test_the_page_says_who_denies_and_which_source_is_silent() -> None:
    html = dashboard_page(MARTS)

    assert "Shamkir, AZE" in html
    assert '<td class="bad">silent</td>' in html


def test_a_warehouse_without_rows_makes_a_page_that_says_so() -> None:
    html = dashboard_page({name: [] for name in QUERIES})

    assert "no day is published yet" in html
    assert "No denial in the published days." in html


def test_a_failed_rule_stands_first_and_rows_held_back_have_reasons() -> None:
    def result(rule: str, passed: bool) -> GateResult:
        return GateResult(
            suite="claim", rule=rule, column_name="kind", severity="critical", is_passed=passed, checked_count=3,
            failed_count=0, observed="x", meaning="guards", failed_keys=(),
        )  # fmt: skip

    html = gates_page(DAY, [result("good", True), result("bad", False)], {"claim": {EVIL: ["a range goes upwards"]}})

    assert html.index('<td class="">bad</td>') < html.index('<td class="">good</td>')
    assert "publication stopped" in html
    assert "a range goes upwards" in html
    assert EVIL not in html
