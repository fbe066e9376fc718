"""Fuzz the reading of metadata: mutated pages in; out comes what can be stored, in time, and nothing else.

python tests/fuzz/fuzz_jsonld.py --seconds 60 [--seed 1] [--only 1234]

An input depends on nothing but its seed and number: --only repeats one. What breaks a rule is written to a file.
"""

import json
import pickle
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from pipeline.articles.metadata.read import Metadata, read_metadata
from pipeline.articles.page import parse_page
from pipeline.errors import RecordError
from pipeline.language.clean import clean

sys.path.append(str(Path(__file__).parents[1]))  # for a run as a script

from fuzz.runner import Fuzzer, delete, rule, span, truncate

URL = "https://post.example/2026/11/16/nine-dead"
NOT_AFTER = datetime(2026, 11, 17, 12, tzinfo=UTC)
ZONES = (UTC, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata"), ZoneInfo("Europe/London"))
SECONDS_MAX = 5.0  #: CPU time for one page, its parsing included
REPEATED_MAX = 200_000  #: characters
PAGE_MAX = 500_000

HEADS = tuple(
    json.dumps(value)
    for value in (
        {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Nine dead &amp; more", "url": URL,
         "datePublished": "2026-11-16T09:00:00Z", "dateModified": "2026-11-16T10:30:00+01:00", "articleSection": ["World", "News"],
         "author": [{"@type": "Person", "name": "Anna Okoro"}, {"@type": "Organization", "name": "Reuters"}], "inLanguage": "en-GB",
         "publisher": {"@type": "Organization", "name": "The Post"}, "description": "Rebels shelled a market.", "isAccessibleForFree": "False",
         "hasPart": {"@type": "WebPageElement", "isAccessibleForFree": False}, "mainEntityOfPage": {"@type": "WebPage", "@id": URL}},
        {"@graph": [{"@type": "Article", "@id": "#article", "author": {"@id": "#anna"}, "headline": "Nine dead", "datePublished": "2026-11-16"},
                    {"@type": ["Person", "Organization"], "@id": "#anna", "name": "By Anna Okoro, Ben Ruiz and AFP"}, {"@type": "WebPage", "datePublished": 1},
                    {"@type": "BreadcrumbList", "itemListElement": [{"position": 2, "name": "World", "item": "https://post.example/world"}]}]},
        [{"@type": "WebPage", "mainEntity": {"@type": "http://schema.org/LiveBlogPosting", "headline": "Nine dead", "datePublished": 1794820000000}}],
    )
)  # fmt: skip
BODY = f"""<title>Nine dead | The Post</title><meta property="og:title" content="Nine dead"><meta name="author" content="Okoro, Anna">
<meta property="article:published_time" content="2026-11-16T09:00:00+01:00"><meta name="dcterms.modified" content="16.11.2026 10:00">
<link rel="canonical" href="{URL}"></head><body><article itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">Nine dead</h1>
<p class="byline">By <a rel="author" href="/author/anna"><span itemprop="author">ANNA OKORO</span></a> in Goma</p>
<p class="date">Published <time datetime="2026-11-16T09:00:00Z">16 November 2026</time>, updated 03/04/2026 4 p.m. EDT</p><p>Nine people died.</p>"""
TOKENS = (
    "{", "}", "[", "]", ",", ":", '"', "'", "\\", "\\u0000", "\\ud800", "\\ud83d\\ude00", "//", "/*", "*/", "<!--", "-->", "<![CDATA[", "]]>", "</script>",
    "&quot;", "&#0;", "&#xd800;", "&amp;amp;", "\0", "\x85", "\ufeff", "\udcff", "\u202e", "null", "true", "1e999", "-1", "9" * 400, "NaN", "[]", "{}", "[" * 600,
    '"@graph":', '"@id":"#anna"', '"@type":"NewsArticle"', '"author":', '"name":["a",{"name":7}]', '"datePublished":', '"2026-02-31T25:61:61Z"', '"0001-01-01"',
    '"9999-12-31T23:59:59-14:00"', '"2026-11-16T24:00:00"', '"16 Nov 2026 9 am XYZ"', '"٣ أبريل ٢٠٢٦"', '"2026年4月3日"', "by ", " and ", "| ", "@", "http://[", "<time datetime='",
    "<div class='date author'>", "<span itemprop='author' itemscope>", "<h1>", "</h1>", "<aside>", "<article>", "<meta name='author' content='", "<html lang='x'>",
)  # fmt: skip


# ── mutations ────────────────────────────────────────────────────────────────────────────────


def insert(random: Random, page: str) -> str:
    at = random.randint(0, len(page))
    return page[:at] + random.choice(TOKENS) + page[at:]


def overwrite(random: Random, page: str) -> str:
    start, end = span(random, page)
    return page[:start] + random.choice(TOKENS) + page[end:]


def repeat(random: Random, page: str) -> str:
    start, end = span(random, page)
    chunk = random.choice([page[start:end], random.choice(TOKENS)]) or "x"
    return page[:start] + chunk * (int(REPEATED_MAX ** random.random()) // len(chunk) + 1) + page[start:]


def splice(random: Random, page: str) -> str:
    start, end = span(random, page)
    at = random.randint(0, len(page))
    return page[:at] + page[start:end] + page[at:]


def retype(random: Random, page: str) -> str:
    """Put a value of another type in the place of one."""
    values = page.split(": ")
    place = random.randrange(len(values))
    values[place] = (
        random.choice(["null", "7", "[]", "{}", "true", '""', '[[["x"]]]', '{"@value": []}']) + values[place]
    )
    return ": ".join(values)


MUTATIONS: tuple[Callable[[Random, str], str], ...] = (
    insert, insert, insert, overwrite, overwrite, delete, truncate, repeat, splice, retype, retype,
)  # fmt: skip


def an_input(seed: int, number: int) -> str:
    """Return the page that seed and number stand for."""
    random = Random(f"{seed}/{number}")
    blocks = [
        f'<script type="application/ld+json">{head}</script>' for head in random.choices(HEADS, k=random.randint(0, 2))
    ]
    page = f"<html lang=en><head>{''.join(blocks)}{BODY}"
    for _ in range(random.randint(0, 6)):
        page = random.choice(MUTATIONS)(random, page[:PAGE_MAX])
    return page


# ── rules ────────────────────────────────────────────────────────────────────────────────────


def check(page: str) -> Metadata | None:
    """Read, and return the metadata, None of what is no page; raise RuleBroken or whatever else was wrong."""
    zone = ZONES[len(page) % len(ZONES)]
    try:
        tree = parse_page(page.encode("utf-8", "replace"), "text/html", URL)
    except RecordError:
        return None
    metadata = read_metadata(tree, url=URL, not_after=NOT_AFTER, zone=zone)
    check_metadata(metadata)
    return metadata


def check_metadata(metadata: Metadata) -> None:
    rule(pickle.loads(pickle.dumps(metadata)) == metadata, "metadata that do not travel between processes")
    texts = (
        metadata.title,
        metadata.heading,
        metadata.standfirst,
        metadata.section,
        metadata.language,
        metadata.canonical_url,
        metadata.site_name,
    )
    for text in (*filter(None, texts), *metadata.authors, *metadata.types, *metadata.notes):
        check_text(text)
    rule("" not in (*texts, *metadata.authors), "an empty text")
    rule(len(set(map(str.casefold, metadata.authors))) == len(metadata.authors), f"an author twice: {metadata.authors}")
    rule(len(metadata.notes) <= 20, f"{len(metadata.notes)} notes")
    for dated in filter(None, (metadata.published, metadata.modified)):
        rule(dated.instant.utcoffset() is not None, f"an instant without a zone: {dated}")
        rule(
            datetime(1990, 1, 1, tzinfo=UTC) - timedelta(days=1) <= dated.instant <= NOT_AFTER + timedelta(days=1),
            f"{dated}",
        )
        rule(
            dated.precision == "instant" or dated.instant.timestamp() % 86_400 == 0,
            f"a day that is an instant: {dated}",
        )
    if metadata.published and metadata.modified:
        rule(
            metadata.modified.instant > metadata.published.instant - timedelta(days=1),
            "modified before it was published",
        )


def check_text(text: str) -> None:
    rule(clean(text) == text, f"what cannot be stored in {text[:100]!r}")
    rule(len(text) <= 10_000 and text == text.strip(), f"{len(text)} characters, {text[:100]!r}")


def outcomes(page: str) -> list[str]:
    """Return which fields were found."""
    metadata = check(page)
    return [name for name in Metadata.__slots__ if getattr(metadata, name)] if metadata else ["no page"]


FUZZER = Fuzzer("jsonld", an_input, outcomes, lambda page: page.encode(errors="replace"), ".html", "bytes", SECONDS_MAX)
run = FUZZER.run


if __name__ == "__main__":
    sys.exit(FUZZER.main(__doc__ or ""))
