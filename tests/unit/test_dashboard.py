"""The pages: self-contained, escaped, drawable."""

import json
import re
from datetime import date
from typing import Any, get_args

import pytest
import vl_convert

from pipeline.dashboard.charts import STATES
from pipeline.dashboard.gates import gates_page
from pipeline.dashboard.page import QUERIES, dashboard_page
from pipeline.feeds.coverage import State
from pipeline.io.gates import GateResult

DAY = date(2026, 11, 16)
EVIL = "</script><script>alert(1)</script>"
HOSTILE = [
    EVIL,
    "<!-- <script>",
    "x --> y",
    "]]>",
    "a\u2028b\u2029c",
    "\\u003c \\",
    '"quoted"',
    "</SCRIPT\n>",
    "&lt;b&gt;",
]
MARTS: dict[str, list[dict[str, object]]] = {
    "figures": [
        {
            "first_day": date(2026, 10, 17), "last_day": DAY, "first_covered_day": DAY, "event_count": 3, "report_count": 4,
            "contested_count": 1, "article_count": 0, "source_count": 1,
        }
    ],
    "daily": [
        {"event_date": DAY, "type_code": "ASSAULT", "quad_class": "material conflict", "event_count": 3, "independent_source_count": 4}
    ],
    "places": [
        {
            "place_name": EVIL, "country_code": "AZE", "latitude": 40.8, "longitude": 46.0, "event_count": 2,
            "material_conflict_count": 1, "deaths_high": 9, "total_count": 1,
        }
    ],
    "contested": [
        {
            "event_date": DAY, "type_code": "ASSAULT", "place_name": "Shamkir", "place_country_code": "AZE",
            "said_by": ["Azerbaijan"], "admitted_by": None, "denied_by": [EVIL], "source_count": 2, "denial": EVIL,
            "total_count": 1,
        }
    ],
    "casualties": [
        {
            "place_name": "Shamkir", "place_country_code": "AZE", "type_code": "ASSAULT", "event_date": DAY, "kind": "deaths",
            "claimant": "ministry", "source_name": "Wire", "count_min": 7, "count_max": None, "day": DAY,
            "sentence": EVIL, "event_id": "e", "total_count": 1,
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


def specs(html: str) -> dict[str, Any]:
    match = re.search(r'<script type="application/json" id="specs">(.*?)</script>', html, re.DOTALL)
    assert match
    return dict(json.loads(match.group(1)))


def test_the_page_asks_nothing_from_outside() -> None:
    html = dashboard_page(MARTS)

    assert not re.search(r'(src|href)="(https?:)?//', html)
    assert not re.search(r'"url":', json.dumps(specs(html)))


def changed(name: str, **columns: object) -> dict[str, list[dict[str, object]]]:
    return MARTS | {name: [row | columns for row in MARTS[name]]}


def test_text_of_others_cannot_become_code() -> None:
    assert EVIL not in dashboard_page(MARTS)


@pytest.mark.parametrize("sentence", HOSTILE)
def test_whatever_a_sentence_holds_the_charts_get_it_as_it_is(sentence: str) -> None:
    html = dashboard_page(changed("casualties", sentence=sentence))

    data = html.partition('<script type="application/json" id="specs">')[2].partition("</script>")[0]
    assert "<" not in data
    assert specs(html)["casualties"]["datasets"]["casualties"][0]["sentence"] == sentence


def test_every_chart_can_be_drawn() -> None:
    for name, spec in specs(dashboard_page(MARTS)).items():
        svg = vl_convert.vegalite_to_svg(spec)
        assert "<svg" in svg, name


def test_the_page_says_who_denies() -> None:
    assert "Shamkir, AZE" in dashboard_page(MARTS)


@pytest.mark.parametrize("state", ["silent", "failing", "dead"])
def test_a_source_that_gives_nothing_though_it_should_is_an_alarm(state: str) -> None:
    html = dashboard_page(changed("coverage", state=state))

    assert f'<td class="bad">{state}</td>' in html
    assert "<b>1</b><span>silent, failing or dead on the last day</span>" in html


@pytest.mark.parametrize("state", ["normal", "low", "high", "quiet", "unpolled"])
def test_a_source_that_may_be_without_articles_is_no_alarm(state: str) -> None:
    assert "No source was silent, failing or dead on the last day." in dashboard_page(changed("coverage", state=state))


def test_every_state_of_a_source_has_a_colour() -> None:
    assert set(get_args(State)) == set(STATES)
    assert len(set(STATES.values())) == len(STATES)


def test_the_page_names_the_days_it_is_about() -> None:
    assert "17 October 2026 to 16 November 2026; covered from 16 November 2026 on" in dashboard_page(MARTS)
    whole = dashboard_page(changed("figures", first_covered_day=date(2026, 10, 17)))
    assert "<p>17 October 2026 to 16 November 2026</p>" in whole


def test_a_table_or_chart_that_is_cut_says_so() -> None:
    assert "Shown:" not in dashboard_page(MARTS)

    assert "Shown: 1 of 412 places." in dashboard_page(changed("places", total_count=412))
    assert "Shown: 1 of 125 accounts." in dashboard_page(changed("casualties", total_count=125))
    assert "Shown: 1 of 77 contested events." in dashboard_page(changed("contested", total_count=77))


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
