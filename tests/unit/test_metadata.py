"""Metadata: what a page says of its article, in the ways of the systems that most news sites are made with."""

import json
from datetime import UTC, datetime, timedelta, tzinfo
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lxml.html import document_fromstring, tostring
from support.make import NOON

from pipeline.articles.metadata.authors import split_names
from pipeline.articles.metadata.read import Metadata, read_metadata
from pipeline.articles.metadata.titles import Site

URL = "https://post.example/world/nine-dead"
NINE = datetime(2026, 11, 16, 9, tzinfo=UTC)
TEXT = "Rebels shelled the town’s market on Monday, killing nine people at a café and wounding twelve, officials said."


def html(head: str = "", body: str = "", root: str = "<html>") -> str:
    return f"<!doctype html>{root}<head>{head}</head><body><article><h1>Nine dead in market</h1>{body}<p>{TEXT}</p></article></body></html>"


def ld(*values: Any) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps(value)}</script>' for value in values)


def article(**values: Any) -> str:
    return ld({"@type": "NewsArticle", **values})


def meta(**values: str) -> str:
    return "".join(f'<meta name="{name}" content="{content}">' for name, content in values.items())


def og(**values: str) -> str:
    return "".join(f'<meta property="og:{name}" content="{content}">' for name, content in values.items())


def read(page: str, url: str = URL, zone: tzinfo = UTC, feed: datetime | None = None) -> Metadata:
    return read_metadata(
        document_fromstring(page), url=url, not_after=NOON + timedelta(days=1), zone=zone, feed_published_at=feed
    )


def published(page: str, **options: Any) -> tuple[datetime, str, str] | None:
    dated = read(page, **options).published
    return (dated.instant, dated.source, dated.precision) if dated else None


# ── the systems behind the pages ─────────────────────────────────────────────────────────────

WORDPRESS = html(
    ld({"@context": "https://schema.org", "@graph": [
        {"@type": "Article", "@id": f"{URL}/#article", "isPartOf": {"@id": f"{URL}/"}, "author": {"name": "A. Okoro", "@id": "https://post.example/#/schema/person/1"},
         "headline": "Nine dead in the town&#8217;s market", "datePublished": "2026-11-16T09:00:00+00:00", "dateModified": "2026-11-16T09:30:05+00:00",
         "mainEntityOfPage": {"@id": f"{URL}/"}, "publisher": {"@id": "https://post.example/#organization"}, "articleSection": ["World", "News"], "inLanguage": "en-GB"},
        {"@type": "WebPage", "@id": f"{URL}/", "url": f"{URL}/", "name": "Nine dead - The Post", "datePublished": "2026-11-16T08:00:00+00:00", "description": "Rebels shelled a market."},
        {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "position": 1, "name": "Home", "item": "https://post.example/"},
         {"@type": "ListItem", "position": 2, "name": "Nine dead in the town’s market"}]},
        {"@type": "WebSite", "@id": "https://post.example/#website", "name": "The Post", "description": "News from everywhere", "publisher": {"@id": "https://post.example/#organization"}},
        {"@type": "Organization", "@id": "https://post.example/#organization", "name": "The Post Ltd"},
        {"@type": "Person", "@id": "https://post.example/#/schema/person/1", "name": "A. Okoro", "description": "A. Okoro writes."}]})
    + og(type="article", title="Nine dead in the town's market | The Post", description="Rebels shelled a market in the east.", site_name="The Post", url=f"{URL}/")
    + '<meta property="article:published_time" content="2026-11-16T09:00:00+00:00"><meta name="author" content="A. Okoro">'
    + f'<title>Nine dead - The Post</title><link rel="canonical" href="{URL}/">',
    root="<html lang='en-GB'>",
)  # fmt: skip

ARC = html(
    article(headline="Nine dead in market", url=URL, mainEntityOfPage={"@type": "WebPage", "@id": URL}, datePublished="2026-11-16T09:00:00.614Z",
            dateModified="2026-11-16T09:30:00Z", isAccessibleForFree="False", hasPart={"@type": "WebPageElement", "isAccessibleForFree": "False"},
            author=[{"@type": "Person", "name": "A. Okoro"}, {"@type": "Person", "name": "B. Ruiz"}],
            publisher={"@type": "NewsMediaOrganization", "name": "The Post"}, description="Rebels shelled a market in the east.")
    + ld({"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "name": "World", "item": "https://post.example/world/"},
                                                         {"@type": "ListItem", "name": "Nine dead in market", "item": URL}]})
    + og(title="Nine dead in market - The Post", type="article")
)  # fmt: skip

DRUPAL = html(
    meta(**{"dcterms.title": "Nine dead in market", "dcterms.creator": "Okoro, Anna", "dcterms.created": "2026-11-15T20:00:00Z",
            "dcterms.issued": "2026-11-16T10:00:00+01:00", "dcterms.modified": "2026-11-16T10:30+01:00", "description": "Rebels shelled a market in the east."})
    + '<meta property="article:section" content="World">',
    '<span property="schema:name" content="Nine dead in market" class="hidden"></span>',
    root='<html lang="en" dir="ltr" prefix="schema: http://schema.org/">',
)  # fmt: skip

DRUPAL_7 = html(
    "<title>Nine dead in market | The Post</title>" + meta(generator="Drupal 7"),
    '<div class="node" about="/world/nine-dead" typeof="sioc:Item foaf:Document"><span property="dc:title" content="Nine dead in market"></span>'
    '<span property="dc:date dc:created" content="2026-11-16T10:00:00+01:00" datatype="xsd:dateTime" rel="sioc:has_creator">Submitted by '
    '<a href="/people/anna" class="username">Anna Okoro</a> on Mon, 16/11/2026</span></div>',
)

GHOST = html(
    ld({"@context": "https://schema.org", "@type": "Article", "publisher": {"@type": "Organization", "name": "The Post", "url": "https://post.example/"},
        "author": {"@type": "Person", "name": "Anna Okoro", "url": "https://post.example/author/anna/"}, "headline": "Nine dead in market", "url": f"{URL}/",
        "datePublished": "2026-11-16T09:00:00.000Z", "dateModified": "2026-11-16T09:30:00.000Z", "description": "Rebels shelled a market in the east."})
    + og(site_name="The Post", type="article", title="Nine dead in market") + '<meta name="twitter:label1" content="Written by"><meta name="twitter:data1" content="Anna Okoro">'
)  # fmt: skip

BLOGGER = """<html><head><title>The Post: Nine dead in market</title><meta content='Nine dead in market' property='og:title'/></head><body>
<div class='post hentry' itemscope='itemscope' itemtype='http://schema.org/BlogPosting'><meta content='1' itemprop='postId'/>
<h1 class='post-title entry-title' itemprop='name headline'>Nine dead in market</h1><div itemprop='description articleBody'>{text}</div>
<span class='post-author vcard'>Posted by <span class='fn' itemprop='author' itemscope='itemscope' itemtype='http://schema.org/Person'>
<a class='g-profile' href='https://www.blogger.example/profile/1'><span itemprop='name'>Anna Okoro</span></a></span></span>
<span class='post-timestamp'>at <a class='timestamp-link' href='#'><abbr class='published' itemprop='datePublished' title='2026-11-16T01:00:00-08:00'>
November 16, 2026</abbr></a></span></div></body></html>"""

JOOMLA = html(
    '<title>Nine dead in market</title><meta name="author" content="Anna Okoro"><meta name="generator" content="Joomla! - Open Source Content Management">',
    """<dl class="article-info"><dd class="createdby">Written by <span itemprop="author" itemscope itemtype="https://schema.org/Person">
    <span itemprop="name">Anna Okoro</span></span></dd><dd class="published"><time datetime="2026-11-16T10:00:00+01:00" itemprop="datePublished">
    Published: 16 November 2026</time></dd><dd class="modified"><time datetime="2026-11-16T10:30:00+01:00" itemprop="dateModified">
    Last Updated: 16 November 2026</time></dd></dl>""",
)

METHODE = html(
    "<title>Nine dead in the market of Goma | The Post</title>"
    + meta(**{"DC.date.issued": "2026-11-16T10:30:00+01:00", "date": "2026-11-16T10:00:00+01:00", "DC.creator": "Anna Okoro", "title": "Nine dead"})
    + '<meta property="article:modified_time" content="2026-11-16T10:30:00+01:00"><meta property="article:author" content="https://www.social.example/anna">'
)  # fmt: skip

BY_HAND = html(
    "<title>Nine dead in market - The Post Online</title>",
    "<div class='byline'>By Anna Okoro in Goma<br>Monday, November 16, 2026 4:00 a.m. EST</div>",
)


@pytest.mark.parametrize(
    ("page", "title", "authors", "instant", "source"),
    [
        (WORDPRESS, "Nine dead in the town’s market", ("A. Okoro",), NINE, "json-ld"),
        (ARC, "Nine dead in market", ("A. Okoro", "B. Ruiz"), NINE.replace(microsecond=614000), "json-ld"),
        (DRUPAL, "Nine dead in market", ("Anna Okoro",), NINE, "meta"),
        (DRUPAL_7, "Nine dead in market", (), NINE, "meta"),
        (GHOST, "Nine dead in market", ("Anna Okoro",), NINE, "json-ld"),
        (BLOGGER, "Nine dead in market", ("Anna Okoro",), NINE, "text"),
        (JOOMLA, "Nine dead in market", ("Anna Okoro",), NINE, "meta"),
        (METHODE, "Nine dead in market", ("Anna Okoro",), NINE, "meta"),
        (BY_HAND, "Nine dead in market", ("Anna Okoro",), NINE, "text"),
    ],
    ids=["WORDPRESS", "ARC", "DRUPAL", "DRUPAL_7", "GHOST", "BLOGGER", "JOOMLA", "METHODE", "BY_HAND"],
)  # fmt: skip
def test_the_pages_of_common_systems_are_read(
    page: str, title: str, authors: tuple[str, ...], instant: datetime, source: str
) -> None:
    found = read(page)
    assert (found.title, found.authors) == (title, authors)
    assert published(page) == (instant, source, "instant")
    assert found.notes == ()


@pytest.mark.parametrize("page", [WORDPRESS, ARC, DRUPAL, GHOST, JOOMLA, METHODE])
def test_the_modification_is_read_too(page: str) -> None:
    modified = read(page).modified
    assert modified
    assert modified.instant.astimezone(UTC).replace(second=0) == NINE.replace(minute=30)


# ── titles ───────────────────────────────────────────────────────────────────────────────────

LONG = "Nine dead as rebels shell the market of a town in the east of the country, officials and witnesses say, while talks"


@pytest.mark.parametrize(
    ("head", "title"),
    [
        (article(headline="Nine dead at dawn") + og(title="Carnage in the east | The Post"), "Nine dead at dawn"),
        (article(headline="Nine dead at dawn | The Post") + og(site_name="The Post"), "Nine dead at dawn"),
        (article(headline="The Post", publisher="The Post") + og(title="Nine dead at dawn"), "Nine dead in market"),
        (article(headline="Nine dead in the market, rebels blamed") + og(title="Nine dead in bazaar"), "Nine dead in the market, rebels blamed"),
        (article(headline="Nine dead in market, rebels…") + og(title="Nine dead in market, rebels blamed"), "Nine dead in market, rebels blamed"),
        (article(headline=LONG[:110]) + og(title=f"{LONG} go on"), f"{LONG} go on"),
        (article(headline="Nine dead in market as talks go on in the capital") + og(title="Nine dead in market"), "Nine dead in market"),
        (article(headline="Nine dead in market as talks go on") + og(title="Nine dead in…"), "Nine dead in market as talks go on"),
        (article(headline="Talks go on") + og(title="On"), "Talks go on"),
        (article(name="Nine dead at dawn"), "Nine dead at dawn"),
        (article(name="The Post") + og(site_name="The Post", title="Nine dead in market"), "Nine dead in market"),
        (meta(headline="Nine dead at dawn") + og(title="Carnage"), "Nine dead at dawn"),
        (og(title="Carnage in the east"), "Carnage in the east"),
        (og(title="Dead: nine in the market"), "Nine dead in market"),
        ("<title>Nine dead in market - World - The Post</title>", "Nine dead in market"),
        ("<title>The Post: world</title>", None),
        ("", None),
    ],
)  # fmt: skip
def test_the_headline_is_told_from_its_variants(head: str, title: str | None) -> None:
    assert read(html(head)).title == title


@pytest.mark.parametrize(
    ("title", "without"),
    [
        ("Nine dead | The Post", "Nine dead"), ("Nine dead - Post Online", "Nine dead"), ("Nine dead — World — The Post", "Nine dead"),
        ("Nine dead * The Post * by Anna Okoro", "Nine dead"), ("The Post | Nine dead", "Nine dead"), ("Nine dead：The Post", "Nine dead"),
        ("Nine dead | post.example", "Nine dead"), ("Nine dead | Daily Globe", "Nine dead"), ("Nine dead - ten hurt", "Nine dead - ten hurt"),
        ("Nine dead | Other News", "Nine dead | Other News"), ("The Post", "The Post"), ("World | The Post", "World"), ("Nine-dead-post", "Nine-dead-post"),
        ("Post office robbed", "Post office robbed"), ("", ""), (" | ", "|"), ("a | " * 500 + "The Post", ("a | " * 500).strip(" |")),
    ],
)  # fmt: skip
def test_the_name_of_the_site_is_no_part_of_a_title(title: str, without: str) -> None:
    assert Site(["The Post", "Daily Globe"], URL, ["World"]).without_name(title) == without


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.dailypost.example/1", "The Daily Post"), ("https://fr.post.example/1", "Post"), ("https://www.post.co.uk/1", "Post News"),
        ("https://news.post.com.au/1", "POST"), ("https://edition.post.example/1", "Post"), ("https://thepost.example/", "The Post"),
    ],
)  # fmt: skip
def test_a_site_is_known_by_its_address_too(url: str, name: str) -> None:
    assert Site([], url).is_named(name)
    assert not any(Site([], url).is_named(other) for other in ("", "Co", "Com", "World", "Fr", "Dead"))


def test_a_reader_sees_the_only_heading_or_the_one_that_agrees_else_the_title_of_the_page() -> None:
    two = "<h1>The Post</h1><h1>Nine dead in Goma</h1>"
    assert read(html()).heading == "Nine dead in market"
    assert read(f"<html><body>{two}</body></html>").heading is None
    assert (
        read(f"<html><head><title>Nine dead - The Post</title></head><body>{two}</body></html>").heading
        == "Nine dead in Goma"
    )
    assert (
        read(
            "<html><head><title>Nine dead - Post</title></head><body><svg><title>Menu</title></svg></body></html>"
        ).heading
        == "Nine dead"
    )


# ── authors ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("A. Okoro", ("A. Okoro",)),
        ({"@type": "Person", "name": "A. Okoro"}, ("A. Okoro",)),
        ([{"name": "A. Okoro"}, "B. Ruiz", None, {"name": None}, {}, 7, {"name": ["C. Meier"]}], ("A. Okoro", "B. Ruiz", "C. Meier")),
        ({"@type": "Person", "name": "By Anna Okoro, Ben Ruiz and Carl Meier"}, ("Anna Okoro", "Ben Ruiz", "Carl Meier")),
        ({"@type": "Person", "givenName": "Anna", "familyName": "Okoro"}, ("Anna Okoro",)),
        ([{"@type": "Person", "name": "Anna Okoro"}, {"@type": "Organization", "name": "The Post"}], ("Anna Okoro",)),
        ([{"@type": "Person", "name": "Anna Okoro"}, {"@type": "Organization", "name": "Reuters"}], ("Anna Okoro", "Reuters")),
        ({"@type": "NewsMediaOrganization", "name": "The Post"}, ("The Post",)),
        ({"@type": "Organization", "name": "Health and Human Services Desk"}, ("Health and Human Services Desk",)),
        (["  A &amp; B  ", ""], ("A & B",)),
        (["ANNA OKORO", "Anna Okoro"], ("Anna Okoro",)),
        ("https://www.social.example/anna", ("M. Meta",)),
        ("admin", ("M. Meta",)),
        (None, ("M. Meta",)),
        ([], ("M. Meta",)),
        ({"name": ""}, ("M. Meta",)),
        (False, ("M. Meta",)),
    ],
)  # fmt: skip
def test_authors_come_in_many_shapes(author: Any, names: tuple[str, ...]) -> None:
    head = article(author=author, publisher={"name": "The Post"})
    found = read(html(head + ("" if "The Post" in names else '<meta name="author" content="M. Meta">'))).authors
    assert found == names


def test_the_person_counts_where_another_source_names_only_the_outlet() -> None:
    outlet = {"@type": "Organization", "name": "The Post"}
    by_outlet = article(author=outlet, publisher=outlet)
    assert read(html(article(author=outlet, creator=["Anna Okoro"], publisher=outlet))).authors == ("Anna Okoro",)
    assert read(html(by_outlet + meta(author="Anna Okoro"))).authors == ("Anna Okoro",)
    assert read(html(by_outlet, "<p class='byline'>By Anna Okoro</p>")).authors == ("Anna Okoro",)
    assert read(html(by_outlet + meta(author="The Post"))).authors == ("The Post",)
    assert read(html(meta(author="The Post") + og(site_name="The Post"))).authors == ()


def test_what_one_place_shouts_is_as_another_writes_it() -> None:
    shouted = article(author="ANNA OKORO")
    assert read(html(shouted)).authors == ("ANNA OKORO",)
    assert read(html(shouted + meta(author="Anna Okoro"))).authors == ("Anna Okoro",)
    assert read(html(shouted, "<a rel='author' href='/anna'>Anna Okoro</a>")).authors == ("Anna Okoro",)


@pytest.mark.parametrize(
    ("head", "names"),
    [
        ('<meta name="author" content="Anna Okoro"><meta name="author" content="Ben Ruiz">', ("Anna Okoro", "Ben Ruiz")),
        ('<meta property="article:author" content="https://www.social.example/anna"><meta name="byl" content="By Anna Okoro">', ("Anna Okoro",)),
        ('<meta name="citation_author" content="Okoro, Anna"><meta name="citation_author" content="Ruiz Paz, Ben">', ("Anna Okoro", "Ben Ruiz Paz")),
        ('<meta name="Author" content="Anna Okoro">', ("Anna Okoro",)),
        ('<meta name="parsely-author" content="anna-okoro"><meta name="sailthru.author" content="Anna Okoro">', ("Anna Okoro",)),
        ('<meta name="twitter:label1" content="Verfasst von"><meta name="twitter:data1" content="Anna Okoro">', ("Anna Okoro",)),
        ('<meta name="twitter:label1" content="Reading time"><meta name="twitter:data1" content="Three Minutes">', ()),
        ('<meta name="twitter:creator" content="@anna"><meta name="author" content="105092">', ()),
    ],
)  # fmt: skip
def test_authors_in_meta_elements_are_read(head: str, names: tuple[str, ...]) -> None:
    assert read(html(head)).authors == names


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("<div class='byline'>By <a href='/author/anna'>Anna Okoro</a> and <a href='/author/ben'>Ben Ruiz</a></div>", ("Anna Okoro", "Ben Ruiz")),
        ("<div class='byline'>By<span>Anna Okoro</span><span>Political Editor</span><time>16 Nov 2026</time></div>", ("Anna Okoro",)),
        ("<div class='c-Article_authorName'>von Anna Okoro</div>", ("Anna Okoro",)),
        ("<address><a rel='author' href='/x'>Anna Okoro</a></address>", ("Anna Okoro",)),
        ("<p class='post-author'><style>.a{}</style><script>By()</script>Por Anna Okoro</p>", ("Anna Okoro",)),
        ("<span class='author'>Reuters</span>", ("Reuters",)),
        ("<span class='author' rel='author'>岡本花子</span>", ("岡本花子",)),
        ("<div class='x-1a2b'><span>By Anna Okoro and Ben Ruiz</span><span>16 November 2026</span></div>", ("Anna Okoro", "Ben Ruiz")),
        ("<p>By Monday the market had opened again.</p><p>by and by</p>", ()),
        ("<aside><span class='author'>Tina Teaser</span></aside>", ()),
        ("<div class='related-stories'><span class='author'>Tina Teaser</span></div>", ()),
        ("<article><span class='author'>Tina Teaser</span></article>", ()),
        ("<span class='author'>Follow us for more of this</span>", ()),
        (f"<div class='authors'>{'<p>Anna Okoro</p>' * 40}</div>", ()),
    ],
)  # fmt: skip
def test_the_byline_that_readers_see_is_the_last_source(body: str, names: tuple[str, ...]) -> None:
    assert read(html("", body)).authors == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Anna Okoro, Political Editor", ["Anna Okoro"]), ("Anna Okoro (Goma)", ["Anna Okoro"]), ("Anna Okoro in Goma", ["Anna Okoro"]),
        ("Anna Okoro, Goma", ["Anna Okoro"]), ("Anna Okoro, AFP", ["Anna Okoro"]), ("Anna Okoro and Reuters", ["Anna Okoro", "Reuters"]), ("Reuters, Goma", ["Reuters"]), ("AFP, Reuters", ["AFP", "Reuters"]),
        ("Anna Okoro - The Post", ["Anna Okoro"]), ("Anna Okoro / Ben Ruiz", ["Anna Okoro", "Ben Ruiz"]), ("Okoro, Anna", ["Anna Okoro"]),
        ("Anna Okoro anna@post.example @anna", ["Anna Okoro"]), ("Text: Anna Okoro; Ben Ruiz", ["Anna Okoro", "Ben Ruiz"]),
        ("Ben Ruiz, Jr., and Anna Okoro, Ph.D.", ["Ben Ruiz Jr.", "Anna Okoro Ph.D."]), ("Ben Ruiz y Paz", ["Ben Ruiz y Paz"]),
        ("Ministry of Trade and Foreign Affairs", ["Ministry of Trade and Foreign Affairs"]), ("Post Staff", ["Post Staff"]),
        ("Anna Okoro and staff", ["Anna Okoro"]), ("Von Miller", ["Von Miller"]), ("Byron Ruiz", ["Byron Ruiz"]), ("dpa", ["dpa"]),
        ("김철수 기자", ["김철수"]), ("王伟、李娜", ["王伟", "李娜"]), ("Анна Иванова и Пётр Сидоров", ["Анна Иванова", "Пётр Сидоров"]),
        ("(Image: Agency)", []), ("https://post.example/anna", []), ("@anna", []), ("", []), ("By", []), ("None", []), ("x" * 500, []),
    ],
)  # fmt: skip
def test_names_are_told_from_what_stands_around_them(text: str, names: list[str]) -> None:
    assert split_names(text) == names


# ── dates ────────────────────────────────────────────────────────────────────────────────────


def test_dates_are_looked_for_in_order() -> None:
    json_ld = article(datePublished="2026-11-16T09:00:00Z")
    element = '<meta property="article:published_time" content="2026-11-15T09:00:00Z">'
    page_object = ld({"@type": "WebPage", "datePublished": "2026-11-14T09:00:00Z"})
    item = "<span itemprop='datePublished' content='2026-11-13T09:00:00Z'></span>"
    clock = "<time datetime='2026-11-12T09:00:00Z'>yesterday</time>"
    feed = datetime(2026, 11, 11, 9, tzinfo=UTC)
    created = article(dateCreated="2026-11-10T09:00:00Z")
    in_path, loose = "https://post.example/2026/11/09/x", "<footer>8 November 2026</footer>"
    options: list[tuple[str, str, str, datetime | None, int, str]] = [
        (json_ld + element, clock, in_path, feed, 16, "json-ld"), (element + page_object, clock, in_path, feed, 15, "meta"),
        (page_object, item + clock, in_path, feed, 14, "json-ld"), ("", item + clock, in_path, feed, 13, "meta"),
        ("", clock, in_path, feed, 12, "text"), (created, "", in_path, feed, 11, "feed"), (created, "", in_path, None, 10, "json-ld"),
        ("", loose, in_path, None, 9, "url"), ("", loose, URL, None, 8, "text"),
    ]  # fmt: skip
    for head, body, url, from_feed, day, source in options:
        found = published(html(head, body), url=url, feed=from_feed)
        assert found and (found[0].day, found[1]) == (day, source)
    assert published(html()) is None


def test_a_refused_date_gives_way_and_is_noted_with_its_place() -> None:
    page = html(article(datePublished="2126-11-16") + meta(date="2026-11-16T09:00:00Z"))
    assert published(page) == (NINE, "meta", "instant")
    assert read(page).notes == ("json-ld datePublished: '2126-11-16' is in the future",)


def test_a_mere_day_is_completed_by_what_readers_see() -> None:
    page = html(article(datePublished="2026-11-16"), "<p class='date'>Published 16 November 2026, 10:00</p>")
    assert published(page, zone=ZoneInfo("Europe/Berlin")) == (NINE, "text", "instant")
    assert published(html(article(datePublished="2026-11-16T00:00:00Z"))) == (NINE.replace(hour=0), "json-ld", "day")


def test_an_outlets_zone_and_language_decide_what_its_pages_leave_open() -> None:
    berlin, digits = ZoneInfo("Europe/Berlin"), "<p class='date'>03/04/2026 11:00</p>"
    assert published(html(article(datePublished="2026-11-16T10:00:00")), zone=berlin) == (NINE, "json-ld", "instant")
    assert published(html("", digits), zone=berlin) == (datetime(2026, 4, 3, 9, tzinfo=UTC), "text", "instant")
    assert published(html("", digits, root="<html lang='en-US'>")) == (
        datetime(2026, 3, 4, 11, tzinfo=UTC),
        "text",
        "instant",
    )
    assert read(html("", digits)).notes == ("text on the page: '03/04/2026 11:00' is not one date",)


@pytest.mark.parametrize(
    "body",
    [
        "<time datetime='2026-11-16T09:00:00Z'>9:00</time>", "<span class='entry-date updated' title=''>16 Nov 2026 9:00</span>",
        "<div class='meta'>By Anna Okoro | 16 Nov 2026 09:00 | Updated 16 Nov 2026 11:00</div>",
        "<p class='articlePubDate'>Monday 16 November 2026 at 9am</p>", "<b class='tarih'>16.11.2026 - 09:00 Güncelleme: 16.11.2026 - 11:00</b>",
        "<p>Updated: <time datetime='2026-11-16T11:00:00Z'>11:00</time></p><time datetime='2026-11-16T09:00:00Z'>9:00</time>",
        "<p class='modified'>16 Nov 2026 11:00</p><p class='posted'>16 Nov 2026 09:00</p>",
        "<div class='x-1a2b'><span>By Anna Okoro</span><span>16 November 2026 9:00 a.m.</span></div>",
        "<p>On 3 April 2026, rebels shelled Goma.</p><p>Posted: Mon, 16 Nov 2026, 09:00</p>",
        "<abbr class='published' title='2026-11-16T09:00:00Z'>today</abbr>",
        "<aside><time datetime='2026-11-10'>teaser</time></aside><article><time datetime='2026-11-10'>teaser</time></article><p class='date'>16/11/2026 09:00</p>",
    ],
)  # fmt: skip
def test_the_date_that_readers_see_is_told_from_others(body: str) -> None:
    masthead = "<div class='site-date'>17 November 2026</div>"
    assert published(html("", body).replace("<body>", f"<body>{masthead}")) == (NINE, "text", "instant")


def test_a_page_without_a_headline_may_mark_its_only_article() -> None:
    article_ = "<article><p class='byline'>By Anna Okoro</p><time datetime='2026-11-16T09:00:00Z'>9:00</time></article>"
    head = "<html><body><span class='byline'>By Tina Teaser</span><time datetime='2026-11-10'>teaser</time>"
    assert (published(head + article_), read(head + article_).authors) == ((NINE, "text", "instant"), ("Anna Okoro",))
    assert read(head + article_ * 2).authors == ()


def test_a_modification_is_never_before_the_publication() -> None:
    page = html(
        article(datePublished="2026-11-16T09:00:00Z", dateModified="2026-11-16T08:59:00Z") + meta(lastmod="2026-11-16")
    )
    found = read(page)
    assert found.modified and (found.modified.source, found.modified.precision) == ("meta", "day")
    assert found.notes == ("json-ld dateModified: '2026-11-16T08:59:00Z' is before the publication",)


# ── the rest ─────────────────────────────────────────────────────────────────────────────────


def test_a_page_without_metadata_says_nothing() -> None:
    nothing = Metadata(title=None, heading="Nine dead in market", standfirst=None, authors=(), section=None, language=None, published=None,
                       modified=None, canonical_url=None, is_free=None, site_name=None, types=frozenset(), notes=())  # fmt: skip
    assert read(html()) == nothing
    assert read("<p>x") == nothing.__class__(
        **{**{name: getattr(nothing, name) for name in nothing.__slots__}, "heading": None}
    )


@pytest.mark.parametrize(
    ("head", "standfirst"),
    [
        (article(description="Rebels shelled a &lt;b&gt;market&lt;/b&gt;.") + og(description="Of another kind."), "Rebels shelled a market."),
        (og(description="Rebels shelled a market.", title="x"), "Rebels shelled a market."),
        (meta(description="Rebels shelled the town’s market on Monday, kil…") + article(alternativeHeadline="Rebels shelled a market."), "Rebels shelled a market."),
        (article(headline="Nine dead in market") + meta(description="Nine dead, in market!"), None),
        (ld({"@type": "WebSite", "description": "News from everywhere"}) + meta(description="News from everywhere, daily"), None),
        (meta(description="News"), None),
        (meta(description="word " * 500), None),
        ("", None),
    ],
)  # fmt: skip
def test_the_standfirst_is_a_description_of_the_articles_own(head: str, standfirst: str | None) -> None:
    assert read(html(head)).standfirst == standfirst


@pytest.mark.parametrize(
    ("head", "section"),
    [
        (article(articleSection="World &amp; Politics"), "World & Politics"), (article(articleSection=["World", "News"]), "World"),
        (article(articleSection="World,Politics"), "World"), ('<meta property="article:section" content="World">', "World"),
        (article(articleSection="Uncategorized") + '<meta property="article:section" content="World">', "World"),
        (article(articleSection="news_news", publisher="The Post") + meta(section="The Post", **{"parsely-section": "World"}), "World"), ("", None),
    ],
)  # fmt: skip
def test_the_section_is_the_first_that_means_something(head: str, section: str | None) -> None:
    assert read(html(head)).section == section


def test_breadcrumbs_lead_from_home_over_the_section_to_the_article() -> None:
    assert read(ARC).section == "World"
    assert read(WORDPRESS).section == "World"
    trail = [
        {"name": "Home", "item": "https://post.example/en/"},
        {"item": {"@id": "https://post.example/en/world", "name": "World"}},
    ]
    assert read(html(ld({"@type": "BreadcrumbList", "itemListElement": trail}))).section == "World"
    assert (
        read(html(ld({"@type": "BreadcrumbList", "itemListElement": [1, None, {}, [{}], "x", {"item": []}]}))).section
        is None
    )


@pytest.mark.parametrize(
    ("root", "head", "language"),
    [
        ("<html lang='pt-BR'>", article(inLanguage="en"), "pt-BR"), ("<html>", article(inLanguage="de"), "de"), ("<html lang=''>", og(locale="en_GB"), "en_GB"),
        ("<html>", article(inLanguage={"@type": "Language", "name": "fr"}), "fr"), ("<html>", '<meta http-equiv="Content-Language" content="tr">', "tr"),
        ("<html lang='english'>", meta(language="utf-8"), None), ("<html>", "", None),
    ],
)  # fmt: skip
def test_the_language_is_the_first_that_could_be_one(root: str, head: str, language: str | None) -> None:
    assert read(html(head, root=root)).language == language


@pytest.mark.parametrize(("value", "is_free"), [(False, False), ("False", False), ("false", False), ("http://schema.org/False", False), (True, True),
                                                ("True", True), (None, None), (0, None), ([], None), ("perhaps", None)])  # fmt: skip
def test_what_is_free_is_said_or_not(value: Any, is_free: bool | None) -> None:
    assert read(html(article(isAccessibleForFree=value))).is_free is is_free
    assert read(html(article(hasPart=[{"isAccessibleForFree": value}]))).is_free is is_free


def test_a_part_that_is_not_free_makes_the_article_so() -> None:
    assert read(html(article(isAccessibleForFree=True, hasPart={"isAccessibleForFree": "False"}))).is_free is False
    assert read(ARC).is_free is False
    assert read(html('<meta property="article:content_tier" content="locked">')).is_free is False
    assert read(html('<meta property="article:content_tier" content="metered">')).is_free is None


def test_the_address_is_that_of_the_link_element_or_of_open_graph() -> None:
    link = '<link rel="canonical"><link rel="Canonical nofollow" href=" /link "><link rel="canonical" href="/2">'
    assert read(html(og(url="/og") + link)).canonical_url == "/link"
    assert read(html(og(url="/og"))).canonical_url == "/og"


def test_site_and_types_are_the_pages() -> None:
    found = read(WORDPRESS)
    assert found.site_name == "The Post"
    assert found.types == {"Article", "WebPage", "BreadcrumbList", "WebSite", "Organization", "Person", "article"}
    assert read(html(ld({"@type": "NewsMediaOrganization", "name": "The Post"}))).site_name == "The Post"


def test_reading_changes_nothing_in_the_tree() -> None:
    for page in (WORDPRESS, BLOGGER, BY_HAND, html()):
        tree = document_fromstring(page)
        before = tostring(tree)
        read_metadata(tree, url=URL, not_after=NOON, zone=UTC)
        assert tostring(tree) == before


HOSTILE = {
    "dates": html("", "<span class='date'>3 April 2026 17:04</span>" * 10_000),
    "dates within dates": html("", "<div class='date'>" * 200 + "<p>x</p>" * 10_000),
    "bylines": html("", "<span class='byline'>by Anna</span>" * 10_000),
    "bylines within bylines": html("", "<div class='author'>" * 200 + "<p>Anna Okoro</p>" * 10_000),
    "a long byline": html(meta(author="Anna Okoro and " * 50_000)),
    "addresses": html('<meta name="author" content="' + "x" * 2_000 + '">' * 1_000),
    "meta elements": html(meta(author="A. Okoro, B. Ruiz", date="soon") * 5_000),
    "headings": html("", "<h1>Nine</h1>" * 10_000),
    "headings within headings": html("", "<h1>" * 200 + "x" * 500_000),
    "items": html("", "<div itemscope itemtype='x/Article'><b itemprop='headline'>x</b></div>" * 5_000),
    "items within items": html("", "<div itemscope itemtype='x/Article' itemprop='author'>" * 200 + "x" * 500_000),
    "titles": html(og(title="a | " * 50_000) + f"<title>{'a - ' * 50_000}</title>"),
    "articles": html(
        ld([{"@type": "NewsArticle", "url": f"https://post.example/{number}"} for number in range(3_000)])
    ),
    "authors": html(article(author=[{"name": f"Anna Okoro {number}"} for number in range(5_000)])),
}


def test_no_hostile_page_takes_long() -> None:
    for name, page in HOSTILE.items():
        tree = document_fromstring(page)
        start = process_time()
        read_metadata(tree, url=URL, not_after=NOON, zone=UTC)
        assert process_time() - start < 8, name
