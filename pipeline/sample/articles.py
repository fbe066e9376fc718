"""The sample's outlets and articles: their shape, and how they are read from `data/`."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pipeline.errors import ConfigError

DAYS: tuple[date, ...] = tuple(date(2026, 11, day) for day in (16, 17, 18, 19))

FeedFormat = Literal["rss", "atom", "json", "broken"]
PageKind = Literal["text", "video", "missing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSpec:
    """One feed that an outlet offers."""

    path: str
    format: FeedFormat
    sections: tuple[str, ...] = ()  #: empty: all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An invented news outlet."""

    id: str
    name: str
    country: str  #: ISO 3166-1 alpha-3
    language: str  #: BCP 47
    time_zone: str  #: IANA name
    layout: str  #: a file in templates/
    path: str  #: format string over {date} and {slug}
    feeds: tuple[FeedSpec, ...]
    has_comments: bool = False

    @property
    def host(self) -> str:
        return f"{self.id}.example"

    @property
    def site(self) -> str:
        return f"http://{self.host}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """An article as it read from one instant on."""

    at: datetime  #: in the outlet's time zone
    title: str
    summary: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An article at one address, with all its versions, oldest first."""

    outlet: Outlet
    slug: str
    section: str
    author: str
    language: str
    versions: tuple[Version, ...]
    page: PageKind = "text"
    charset: str = "utf-8"
    is_paywalled: bool = False
    wire: str | None = None  #: name of the agency copy that it carries

    @property
    def published_at(self) -> datetime:
        return self.versions[0].at

    @property
    def path(self) -> str:
        return self.outlet.path.format(date=self.published_at, slug=self.slug)

    @property
    def url(self) -> str:
        return self.outlet.site + self.path

    def version_on(self, day: date) -> Version | None:
        """Return the version that readers saw at the end of `day`, or None before publication."""
        seen = [version for version in self.versions if version.at.date() <= day]
        return seen[-1] if seen else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Everything the newsroom can serve."""

    outlets: tuple[Outlet, ...]
    stories: tuple[Story, ...]  #: by publication instant, oldest first

    def published(self, outlet: Outlet, day: date) -> tuple[Story, ...]:
        """Return the outlet's stories that stood on its site at the end of `day`, newest first."""
        seen = [s for s in self.stories if s.outlet is outlet and s.published_at.date() <= day]
        return tuple(reversed(seen))


@cache
def library() -> Library:
    """Read and check the packaged data once. Raises ConfigError that names the file and the article."""
    outlets = {row["id"]: _outlet(row) for row in _read("outlets.toml")["outlet"]}
    wires = {name: _paragraphs(row["text"]) for name, row in _read("wire.toml").items()}
    stories = [_story(row, day, outlets, wires) for day in DAYS for row in _read(f"{day}.toml")["article"]]
    _check_unique(stories)
    stories.sort(key=lambda story: (story.published_at, story.url))
    return Library(outlets=tuple(outlets.values()), stories=tuple(stories))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("pipeline.sample") / "data" / name).read_text(encoding="utf-8"))


def _outlet(row: dict[str, Any]) -> Outlet:
    feeds = tuple(FeedSpec(**{**feed, "sections": tuple(feed.get("sections", ()))}) for feed in row["feeds"])
    return Outlet(**{**row, "feeds": feeds})


def _story(row: dict[str, Any], day: date, outlets: dict[str, Outlet], wires: dict[str, tuple[str, ...]]) -> Story:
    where = f"pipeline/sample/data/{day}.toml, article {row.get('slug', '?')!r}"
    try:
        outlet = outlets[row["outlet"]]
        versions = [_version(row, day, outlet, wires)]
        if revision := row.get("revision"):
            versions.append(_version(revision, revision["day"], outlet, wires))
        story = Story(
            outlet=outlet,
            slug=row["slug"],
            section=row["section"],
            author=row["author"],
            language=row.get("language", outlet.language),
            versions=tuple(versions),
            page=row.get("page", "text"),
            charset=row.get("charset", "utf-8"),
            is_paywalled=row.get("paywalled", False),
            wire=row.get("wire"),
        )
    except KeyError as error:
        raise ConfigError(f"{where}: {error} is missing or unknown; add or correct it") from error
    _check(story, where)
    return story


def _version(row: dict[str, Any], day: date, outlet: Outlet, wires: dict[str, tuple[str, ...]]) -> Version:
    at = datetime.combine(day, time.fromisoformat(row["time"]), ZoneInfo(outlet.time_zone))
    paragraphs = wires[row["wire"]][: row.get("cut")] if "wire" in row else _paragraphs(row.get("text", ""))
    return Version(at=at, title=row["title"], summary=row["summary"], paragraphs=paragraphs)


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("\n\n") if part.strip())


def _check(story: Story, where: str) -> None:
    if (story.page == "text") != bool(story.versions[0].paragraphs):
        raise ConfigError(f'{where}: give it a text, or set page to "video" or "missing"')
    for version in story.versions:
        # The harvest's day is a day in UTC: the outlet must mean the same day.
        if version.at.date() != version.at.astimezone(UTC).date():
            raise ConfigError(f"{where}: {version.at} is another day in UTC; choose another time")
    if any(b.at - a.at <= timedelta(0) for a, b in zip(story.versions, story.versions[1:], strict=False)):
        raise ConfigError(f"{where}: a revision must be later than what it revises")


def _check_unique(stories: list[Story]) -> None:
    urls = [story.url for story in stories]
    if repeated := sorted({url for url in urls if urls.count(url) > 1}):
        raise ConfigError(f"pipeline/sample/data: two articles at {repeated}; change a slug")
