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

WINDOW_DAYS = 31
GRID_DAYS = 14
PLACES_MAX, CONTESTED_MAX, ACCOUNTS_MAX, RULES_MAX = 300, 50, 60, 50

#: The days that the page is about. News tells of yesterday, so they may begin before the first covered day.
WINDOW = f"""
        with shown as (
            select max(day) - {WINDOW_DAYS - 1} as first_day, max(day) as last_day
            from mart_coverage
        )"""

#: What the page reads. Where rows are limited, total_count says how many there are.
QUERIES = {
    "figures": f"""{WINDOW},
        happened as (
            select sum(event_count)::bigint as event_count, sum(independent_source_count)::bigint as report_count
            from mart_daily_events, shown where event_date between first_day and last_day
        ),
        disputed as (
            select count(*) as contested_count
            from mart_contested, shown where event_date between first_day and last_day
        ),
        told as (
            select
                sum(article_count)::bigint as article_count, count(distinct source_id) as source_count,
                min(day) as first_covered_day
            from mart_coverage, shown where day between first_day and last_day
        )
        select * from shown, happened, disputed, told where last_day is not null""",
    "daily": f"""{WINDOW}
        select daily.* from mart_daily_events daily, shown
        where event_date between first_day and last_day order by event_date, type_code, country_code""",
    "places": f"""{WINDOW}
        select
            place_name, country_code, latitude, longitude, count(*) over () as total_count,
            sum(event_count)::bigint as event_count, sum(material_conflict_count)::bigint as material_conflict_count,
            sum(deaths_high)::bigint as deaths_high
        from mart_places, shown
        where event_date between first_day and last_day and latitude is not null
        group by place_name, country_code, latitude, longitude
        order by event_count desc, place_name, country_code limit {PLACES_MAX}""",
    "contested": f"""{WINDOW}
        select contested.*, count(*) over () as total_count from mart_contested contested, shown
        where event_date between first_day and last_day
        order by source_count desc, event_date desc, event_id limit {CONTESTED_MAX}""",
    "casualties": f"""{WINDOW}
        select casualties.*, count(*) over () as total_count from mart_casualties casualties, shown
        where event_date between first_day and last_day
          and kind in ('deaths', 'injured') and stance <> 'denies' and coalesce(count_min, count_max) is not null
        order by event_date desc, event_id, kind, reported_at, claim_id limit {ACCOUNTS_MAX}""",
    "coverage": f"""
        select * from mart_coverage where day > (select max(day) - {GRID_DAYS} from mart_coverage)
        order by day, source_name""",
    "gates": f"""{WINDOW}
        select gates.*, count(*) over () as total_count from mart_gates gates, shown
        where not is_passed and day between first_day and last_day
        order by day desc, severity, suite, rule, column_name limit {RULES_MAX}""",
}
#: States of a source that ought to have given articles and gave none.
ALARMS = frozenset({"silent", "failing", "dead"})


def dashboard_page(marts: Mapping[str, Sequence[Row]]) -> str:
    """Render the page from the answers to `QUERIES`."""
    specs = {
        "time": charts.events_over_time(marts["daily"]),
        "types": charts.events_by_type(marts["daily"]),
        "map": charts.map_of_places(_with_share(marts["places"]), outline()),
        "casualties": charts.casualties_by_source(_ranges(marts["casualties"])),
        "coverage": charts.coverage_by_source(marts["coverage"]),
    }
    body = [
        "<h1>eventwire</h1>",
        f"<p>{_period(marts['figures'])}</p>",
        tiles(_figures(marts)),
        section(
            "Events over time",
            "Events told as having happened, under the day they happened on, else the day they were first reported.",
            _chart("time"),
        ),
        section(
            "Where",
            "Each circle is a place; the larger, the more events." + _cut(marts["places"], "places"),
            _chart("map"),
        ),
        section("By type", "PLOVER's types, coloured by quad class.", _chart("types")),
        section(
            "Contested",
            "Events about which somebody denies what somebody says." + _cut(marts["contested"], "contested events"),
            _contested(marts["contested"]),
        ),
        section(
            "Casualties by source",
            "Every account on a line of its own, from its lowest to its highest count; a later line of the same source "
            "may be a correction." + _cut(marts["casualties"], "accounts"),
            _chart("casualties"),
        ),
        section(
            f"Coverage by source, last {GRID_DAYS} days",
            "Articles a day against what the catalogue calls normal. Silent: the feed answered and had nothing. "
            "Failing: it listed items, but no page gave an article. Dead: it did not answer.",
            _chart("coverage") + _silent(marts["coverage"]),
        ),
        section(
            "Gates",
            "Rules that did not pass, yet did not stop the publication." + _cut(marts["gates"], "broken rules"),
            _gates(marts["gates"]),
        ),
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
    data = json.dumps(specs, ensure_ascii=False).replace("<", "\\u003c")  # no text can end or begin an element
    return (
        f'<script type="module">{_vega()}</script>'
        f'<script type="application/json" id="specs">{data}</script>'
        '<script type="module">'
        'const specs = JSON.parse(document.getElementById("specs").textContent);'
        "for (const [name, spec] of Object.entries(specs))"
        ' window.vegaEmbed("#chart-" + name, spec, {actions: false, renderer: "svg"});'
        "</script>"
    )


def _period(figures: Sequence[Row]) -> str:
    if not figures:
        return "no day is published yet"
    (row,) = figures
    period = f"{row['first_day']:%-d %B %Y} to {row['last_day']:%-d %B %Y}"
    late = row["first_covered_day"] > row["first_day"]
    return f"{period}; covered from {row['first_covered_day']:%-d %B %Y} on" if late else period


def _figures(marts: Mapping[str, Sequence[Row]]) -> list[tuple[str, object]]:
    row = marts["figures"][0] if marts["figures"] else {}
    return [
        ("events", row.get("event_count") or 0),
        ("independent reports", row.get("report_count") or 0),
        ("contested events", row.get("contested_count") or 0),
        ("articles", row.get("article_count") or 0),
        ("sources", row.get("source_count") or 0),
        ("silent, failing or dead on the last day", len(_out(marts["coverage"]))),
    ]


def _cut(rows: Sequence[Row], what: str) -> str:
    """Says so when a query's limit left rows out."""
    total = rows[0]["total_count"] if rows else 0
    return f" Shown: {len(rows)} of {total} {what}." if len(rows) < total else ""


def _with_share(places: Sequence[Row]) -> list[Row]:
    return [{**row, "share": row["material_conflict_count"] / row["event_count"]} for row in places]


def _ranges(casualties: Sequence[Row]) -> list[Row]:
    ranges: list[Row] = []
    for row in casualties:
        low, high = row["count_min"], row["count_max"]
        event = f"{row['place_name'] or row['place_country_code'] or row['type_code']} {row['event_date']}"
        ranges.append(
            {
                **row,
                "low": high if low is None else low,
                "high": low if high is None else high,
                "event": event,
                "label": f"{event}: {row['claimant']} in {row['source_name']}, {row['day']:%-d %b}",
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
    return [row for row in coverage if row["day"] == last and row["state"] in ALARMS]


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
        empty="No source was silent, failing or dead on the last day.",
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
