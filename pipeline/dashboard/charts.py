"""The dashboard's charts, as Vega-Lite specifications made with Altair."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

Rows = Sequence[Mapping[str, Any]]
QUADS = ("verbal cooperation", "material cooperation", "verbal conflict", "material conflict")
QUAD_COLOURS = ("#7aa6d6", "#1f5fa8", "#f0b27a", "#b3261e")
STATES = {
    "normal": "#9cc5a1",
    "high": "#4d8f58",
    "low": "#f2c14e",
    "silent": "#b3261e",
    "failing": "#c2571a",
    "dead": "#5c0f0a",
    "quiet": "#dde2e8",
    "unpolled": "#8a94a0",
}
GHOST = "#d4dae1"


def events_over_time(daily: Rows) -> dict[str, Any]:
    """Stacked bars: events a day, by type, coloured by quad class."""
    chart = (
        alt.Chart(_named("daily"))
        .mark_bar()
        .encode(
            x=alt.X(
                "event_date:T", timeUnit="yearmonthdate", title=None, axis=alt.Axis(format="%-d %b", tickCount="day")
            ),
            y=alt.Y("sum(event_count):Q", title="events"),
            color=alt.Color(
                "quad_class:N",
                scale=alt.Scale(domain=QUADS, range=QUAD_COLOURS),
                title=None,
                legend=alt.Legend(orient="top"),
            ),
            detail="type_code:N",
            tooltip=["event_date:T", "type_code:N", "quad_class:N", alt.Tooltip("sum(event_count):Q", title="events")],
        )
        .properties(width="container", height=240)
    )
    return _spec(chart, daily=daily)


def events_by_type(daily: Rows) -> dict[str, Any]:
    """Bars: events by type."""
    chart = (
        alt.Chart(_named("daily"))
        .mark_bar()
        .encode(
            x=alt.X("sum(event_count):Q", title="events"),
            y=alt.Y("type_code:N", sort="-x", title=None),
            color=alt.Color("quad_class:N", scale=alt.Scale(domain=QUADS, range=QUAD_COLOURS), legend=None),
            tooltip=["type_code:N", "quad_class:N", alt.Tooltip("sum(event_count):Q", title="events")],
        )
        .properties(width="container", height=alt.Step(18))
    )
    return _spec(chart, daily=daily)


def map_of_places(places: Rows, outline: Rows) -> dict[str, Any]:
    """Circles on a world drawn from the gazetteer's own places, so that no map file is needed."""
    world = (
        alt.Chart(_named("outline"))
        .mark_circle(size=3, color=GHOST, opacity=0.9)
        .encode(longitude="longitude:Q", latitude="latitude:Q")
    )
    events = (
        alt.Chart(_named("places"))
        .mark_circle(opacity=0.75, stroke="white", strokeWidth=0.5)
        .encode(
            longitude="longitude:Q",
            latitude="latitude:Q",
            size=alt.Size("event_count:Q", title="events", scale=alt.Scale(range=[40, 700]), legend=None),
            color=alt.Color(
                "share:Q",
                title="share of material conflict",
                scale=alt.Scale(domain=[0, 1], range=["#1f5fa8", "#b3261e"]),
                legend=alt.Legend(orient="bottom", format=".0%"),
            ),
            tooltip=[
                "place_name:N",
                "country_code:N",
                alt.Tooltip("event_count:Q", title="events"),
                alt.Tooltip("material_conflict_count:Q", title="material conflict"),
                alt.Tooltip("deaths_high:Q", title="deaths, highest account"),
            ],
        )
    )
    chart = (world + events).project("equalEarth").properties(width="container", height=420)
    return _spec(chart, outline=outline, places=places)


def coverage_by_source(coverage: Rows) -> dict[str, Any]:
    """A grid of sources by days: articles, coloured by the state of the day."""
    base = alt.Chart(_named("coverage")).encode(
        x=alt.X(
            "day:O",
            timeUnit="yearmonthdate",
            title=None,
            axis=alt.Axis(format="%-d %b", orient="top", labelAngle=0),
        ),
        y=alt.Y("source_name:N", title=None),
    )
    cells = base.mark_rect(stroke="white", strokeWidth=2).encode(
        color=alt.Color(
            "state:N",
            scale=alt.Scale(domain=list(STATES), range=list(STATES.values())),
            title=None,
            legend=alt.Legend(orient="bottom"),
        ),
        tooltip=[
            "source_name:N",
            "day:T",
            "state:N",
            "article_count:Q",
            "articles_min:Q",
            "articles_max:Q",
            "page_count:Q",
            "rejected_count:Q",
            "mention_count:Q",
        ],
    )
    numbers = base.mark_text(fontSize=11).encode(text="article_count:Q")
    return _spec((cells + numbers).properties(width="container", height=alt.Step(22)), coverage=coverage)


def casualties_by_source(casualties: Rows) -> dict[str, Any]:
    """Ranges from lowest to highest count by event and who says so."""
    base = alt.Chart(_named("casualties")).encode(
        y=alt.Y("label:N", title=None, sort=None, axis=alt.Axis(labelLimit=420)),
        color=alt.Color(
            "kind:N",
            title=None,
            scale=alt.Scale(domain=["deaths", "injured"], range=["#b3261e", "#f0b27a"]),
            legend=alt.Legend(orient="top"),
        ),
        tooltip=["event:N", "kind:N", "claimant:N", "source_name:N", "low:Q", "high:Q", "day:T", "sentence:N"],
    )
    ranges = base.mark_rule(strokeWidth=3).encode(
        x=alt.X("low:Q", title="people (logarithmic)", scale=alt.Scale(type="symlog")), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=70).encode(x="high:Q")
    return _spec((ranges + points).properties(width="container", height=alt.Step(18)), casualties=casualties)


def _named(name: str) -> alt.NamedData:
    return alt.NamedData(name=name)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _spec(chart: Any, **datasets: Rows) -> dict[str, Any]:
    """The chart with its rows, which join last: Altair would validate every one."""
    spec: dict[str, Any] = chart.configure_view(stroke=None).configure_axis(grid=False, labelColor="#5b6675").to_dict()
    plain = {
        name: [{key: _plain(value) for key, value in row.items()} for row in rows] for name, rows in datasets.items()
    }
    return spec | {"datasets": plain}
