"""The dashboard: one self-contained page made from the marts, and from nothing else."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import vl_convert

from pipeline.dashboard import charts
from pipeline.dashboard.html import cell, page, section, table, tiles
from pipeline.places.outline import outline

Row = Mapping[str, Any]

#: What the page reads; the newest month of what grows without bound.
QUERIES = {
    "daily": """
        select * from mart_daily_events
        where event_date >= (select max(day) - 30 from fact_coverage) order by event_date""",
    "places": "select * from mart_places where latitude is not null limit 300",
    "contested": "select * from mart_contested order by source_count desc, event_date desc limit 50",
    "casualties": """
        select * from mart_casualties
        where kind in ('deaths', 'injured') and stance <> 'denies' and event_id is not null
          and reported_day >= (select max(day) - 30 from fact_coverage)
        order by event_date desc, event_id, kind, reported_at""",
    "coverage": "select * from mart_coverage where day >= (select max(day) - 13 from fact_coverage)",
    "gates": "select * from mart_gates where not is_passed and day >= (select max(day) - 6 from fact_coverage)",
}
CASUALTY_ROWS = 60


def dashboard_page(marts: Mapping[str, Sequence[Row]]) -> str:
    """Render the page from the answers to `QUERIES`."""
    specs = {
        "time": charts.events_over_time(marts["daily"]),
        "types": charts.events_by_type(marts["daily"]),
        "map": charts.map_of_places(_with_share(marts["places"]), outline()),
        "casualties": charts.casualties_by_source(_ranges(marts["casualties"])[:CASUALTY_ROWS]),
        "coverage": charts.coverage_by_source(marts["coverage"]),
    }
    body = [
        "<h1>eventwire</h1>",
        f"<p>{_period(marts['coverage'])}</p>",
        tiles(_figures(marts)),
        section(
            "Events over time",
            "Events told as having happened, under the day they happened on, else the day they were first reported.",
            _chart("time"),
        ),
        section("Where", "Each circle is a place; the larger, the more events.", _chart("map")),
        section("By type", "PLOVER's types, coloured by quad class.", _chart("types")),
        section("Contested", "Events about which somebody denies what somebody says.", _contested(marts["contested"])),
        section(
            "Casualties by source",
            "Every account on a line of its own, from its lowest to its highest count; a later line of the same source "
            "is a correction.",
            _chart("casualties"),
        ),
        section(
            "Coverage by source",
            "Articles a day against what the catalogue calls normal. Silent: the feed answered and had nothing. "
            "Dead: it did not answer.",
            _chart("coverage") + _silent(marts["coverage"]),
        ),
        section("Gates", "Rules that did not pass, yet did not stop the publication.", _gates(marts["gates"])),
        "<footer>Made from the warehouse's marts. Every number leads back to a sentence, an article's version and "
        "archived bytes: see <code>mart_claims</code> and <code>mart_casualties</code>. "
        "Places: GeoNames, CC BY 4.0.</footer>",
    ]
    return page("eventwire", body, _script(specs))


def _chart(name: str) -> str:
    return f'<div class="chart" id="chart-{name}"></div>'


@cache
def _vega() -> str:
    return str(vl_convert.javascript_bundle())  # type: ignore[call-arg]


def _script(specs: Mapping[str, Any]) -> str:
    data = json.dumps(specs, ensure_ascii=False).replace("</", "<\\/").replace("<!--", "<\\!--")
    return (
        f'<script type="module">{_vega()}</script>'
        f'<script type="application/json" id="specs">{data}</script>'
        '<script type="module">'
        'const specs = JSON.parse(document.getElementById("specs").textContent);'
        "for (const [name, spec] of Object.entries(specs))"
        ' window.vegaEmbed("#chart-" + name, spec, {actions: false, renderer: "svg"});'
        "</script>"
    )


def _period(coverage: Sequence[Row]) -> str:
    days = sorted({row["day"] for row in coverage})
    return f"{days[0]:%-d %B %Y} to {days[-1]:%-d %B %Y}" if days else "no day is published yet"


def _figures(marts: Mapping[str, Sequence[Row]]) -> list[tuple[str, object]]:
    daily, coverage = marts["daily"], marts["coverage"]
    return [
        ("events", sum(row["event_count"] for row in daily)),
        ("independent reports", sum(row["independent_source_count"] for row in daily)),
        ("contested events", len(marts["contested"])),
        ("articles", sum(row["article_count"] for row in coverage)),
        ("sources", len({row["source_id"] for row in coverage})),
        ("silent or dead today", len(_out(coverage))),
    ]


def _with_share(places: Sequence[Row]) -> list[Row]:
    return [{**row, "share": row["material_conflict_count"] / row["event_count"]} for row in places]


def _ranges(casualties: Sequence[Row]) -> list[Row]:
    ranges: list[Row] = []
    for row in casualties:
        low, high = row["count_min"], row["count_max"]
        if low is None and high is None:
            continue
        event = f"{row['place_name'] or row['place_country_code'] or row['type_code']} {row['event_date']}"
        ranges.append(
            {
                **row,
                "low": high if low is None else low,
                "high": low if high is None else high,
                "event": event,
                "label": f"{event}: {row['claimant']} in {row['source_name']}, {row['reported_day']:%-d %b}",
            }
        )
    return ranges


def _contested(rows: Sequence[Row]) -> str:
    heads = ["date", "type", "place", "says so", "admits it", "denies it", "outlets", "the denial"]
    cells = [
        [
            cell(row["event_date"], "date"),
            cell(row["type_code"]),
            cell(_place(row)),
            cell(_names(row["said_by"])),
            cell(_names(row["admitted_by"]), "warn"),
            cell(_names(row["denied_by"]), "bad"),
            cell(row["source_count"], "number"),
            cell(row["denial"], "quote"),
        ]
        for row in rows
    ]
    return table(heads, cells, empty="No denial in the published days.")


def _place(row: Row) -> str:
    return ", ".join(filter(None, [row["place_name"], row["place_country_code"]]))


def _names(names: Sequence[str] | None) -> str:
    return ", ".join(names or ())


def _out(coverage: Sequence[Row]) -> list[Row]:
    """Sources that gave nothing on the last day though they should."""
    last = max((row["day"] for row in coverage), default=None)
    return [row for row in coverage if row["day"] == last and row["state"] in {"silent", "dead"}]


def _silent(coverage: Sequence[Row]) -> str:
    rows = [
        [
            cell(row["source_name"]),
            cell(row["country_code"]),
            cell(row["state"], "bad"),
            cell(row["articles_min"]),
        ]
        for row in _out(coverage)
    ]
    return table(
        ["source without articles on the last day", "country", "state", "normally at least"],
        rows,
        empty="No source was silent on the last day.",
    )


def _gates(rows: Sequence[Row]) -> str:
    heads = ["day", "severity", "table", "column", "found", "what it guards"]
    cells = [
        [
            cell(row["day"]),
            cell(row["severity"], "warn"),
            cell(row["suite"]),
            cell(row["column_name"]),
            cell(row["observed"]),
            cell(row["meaning"]),
        ]
        for row in rows
    ]
    return table(heads, cells, empty="All rules passed.")
