"""Feeds of the sample outlets: RSS 2.0, Atom 1.0 and JSON Feed 1.1, as they were at the end of a day."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from email.utils import format_datetime
from hashlib import blake2b
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from pipeline.sample.articles import DAYS, FeedSpec, Library, Outlet, Story, Version

WINDOW = timedelta(days=7)  #: how far back a feed reaches


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedBody:
    """A feed's answer."""

    body: bytes
    content_type: str
    modified_at: datetime


def feed_body(library: Library, outlet: Outlet, feed: FeedSpec, day: date) -> FeedBody:
    """Return the feed as it was at the end of `day`, newest entry first."""
    items = [
        (story, version)
        for story in library.published(outlet, day)
        if (version := story.version_on(day))
        and story.published_at.date() > day - WINDOW
        and (not feed.sections or story.section in feed.sections)
    ]
    modified_at = max((version.at for _, version in items), default=_opening(outlet))
    render, content_type = _FORMATS[feed.format]
    text = render(outlet, feed, items, modified_at)
    return FeedBody(body=text.encode(), content_type=content_type, modified_at=modified_at)


def guid(story: Story) -> str:
    """Return the identifier that the story carries in every feed of its outlet."""
    if any(feed.format == "atom" for feed in story.outlet.feeds):
        return f"tag:{story.outlet.host},{story.published_at:%Y-%m-%d}:{story.slug}"
    return f"{story.outlet.id}-{blake2b(story.url.encode(), digest_size=5).hexdigest()}"


Items = list[tuple[Story, Version]]


def _opening(outlet: Outlet) -> datetime:
    return datetime.combine(DAYS[0], time.min, ZoneInfo(outlet.time_zone))


def _rss(outlet: Outlet, feed: FeedSpec, items: Items, modified_at: datetime) -> str:
    entries = "".join(_rss_item(story, version) for story, version in items)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>{escape(outlet.name)}</title>
<link>{outlet.site}/</link>
<atom:link href={quoteattr(outlet.site + feed.path)} rel="self" type="application/rss+xml"/>
<description>Latest from {escape(outlet.name)}, an invented outlet of the eventwire project</description>
<language>{outlet.language}</language>
<lastBuildDate>{format_datetime(modified_at)}</lastBuildDate>
{entries}</channel>
</rss>
"""


def _rss_item(story: Story, version: Version) -> str:
    return f"""<item>
<title>{escape(version.title)}</title>
<link>{story.url}</link>
<guid isPermaLink="false">{guid(story)}</guid>
<pubDate>{format_datetime(story.published_at)}</pubDate>
<dc:creator>{escape(story.author)}</dc:creator>
<category>{escape(story.section)}</category>
<description>{escape(version.summary)}</description>
</item>
"""


def _atom(outlet: Outlet, feed: FeedSpec, items: Items, modified_at: datetime) -> str:
    entries = "".join(_atom_entry(story, version) for story, version in items)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}">
<title>{escape(outlet.name)}</title>
<id>{outlet.site}/</id>
<link rel="alternate" type="text/html" href="{outlet.site}/"/>
<link rel="self" type="application/atom+xml" href={quoteattr(outlet.site + feed.path)}/>
<updated>{modified_at.isoformat()}</updated>
{entries}</feed>
"""


def _atom_entry(story: Story, version: Version) -> str:
    return f"""<entry xml:lang="{story.language}">
<title>{escape(version.title)}</title>
<id>{guid(story)}</id>
<link rel="alternate" type="text/html" href={quoteattr(story.url)}/>
<published>{story.published_at.isoformat()}</published>
<updated>{version.at.isoformat()}</updated>
<author><name>{escape(story.author)}</name></author>
<category term={quoteattr(story.section)}/>
<summary>{escape(version.summary)}</summary>
</entry>
"""


def _json_feed(outlet: Outlet, feed: FeedSpec, items: Items, modified_at: datetime) -> str:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "home_page_url": f"{outlet.site}/",
        "feed_url": outlet.site + feed.path,
        "language": outlet.language,
        "items": [_json_item(story, version) for story, version in items],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _json_item(story: Story, version: Version) -> dict[str, object]:
    return {
        "id": guid(story),
        "url": story.url,
        "title": version.title,
        "summary": version.summary,
        "content_text": version.summary,
        "date_published": story.published_at.isoformat(),
        "date_modified": version.at.isoformat(),
        "authors": [{"name": story.author}],
        "tags": [story.section],
        "language": story.language,
    }


def _maintenance(outlet: Outlet, feed: FeedSpec, items: Items, modified_at: datetime) -> str:
    """A page where a feed should be: what readers get when a site moves and forgets its feed."""
    return f"""<!DOCTYPE html>
<html lang="en"><head><title>{escape(outlet.name)}</title></head>
<body><h1>We are moving house</h1><p>This service is not available at the moment.<br>
Please come back later & thank you.</body></html>
"""


_FORMATS: dict[str, tuple[Callable[[Outlet, FeedSpec, Items, datetime], str], str]] = {
    "rss": (_rss, "application/rss+xml; charset=utf-8"),
    "atom": (_atom, "application/atom+xml; charset=utf-8"),
    "json": (_json_feed, "application/feed+json; charset=utf-8"),
    "broken": (_maintenance, "application/atom+xml; charset=utf-8"),
}
