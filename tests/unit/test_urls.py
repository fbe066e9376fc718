"""One article, one address: what is merged, what must never be, and what no input can break."""

import re
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.urls import LENGTH_MAX, absolute, canonical_url, has_credentials, host_key

A = "https://post.example/2026/11/talks-resume"

SAME = [
    # scheme, port, host, user
    ("https://post.example/2026/11/talks-resume", A),
    ("http://post.example/2026/11/talks-resume", A),
    ("HTTPS://POST.Example/2026/11/talks-resume", A),
    ("https://post.example:443/2026/11/talks-resume", A),
    ("http://post.example:80/2026/11/talks-resume", A),
    ("http://post.example:0080/2026/11/talks-resume", A),
    ("https://post.example:/2026/11/talks-resume", A),
    ("https://post.example./2026/11/talks-resume", A),
    ("https://reader:secret@post.example/2026/11/talks-resume", A),
    ("https://reader@post.example/2026/11/talks-resume", A),
    (" \n https://post.example/2026/11/talks-resume\t", A),
    ("https://post.example/2026/11/\ntalks-resume", A),
    ("http://post.example:8080/a", "https://post.example:8080/a"),
    ("https://post.example", "https://post.example/"),
    ("https://post.example?id=1", "https://post.example/?id=1"),
    ("http://MÜNCHEN.example/a", "https://xn--mnchen-3ya.example/a"),
    ("http://xn--MNCHEN-3ya.example/a", "https://xn--mnchen-3ya.example/a"),
    ("http://straße.example/a", "https://xn--strae-oqa.example/a"),
    ("http://пример.example/a", "https://xn--e1afmkfd.example/a"),
    ("http://ｐｏｓｔ．example/a", "https://post.example/a"),
    ("http://post。example/a", "https://post.example/a"),
    ("http://my_paper.post.example/a", "https://my_paper.post.example/a"),
    ("http://192.0.2.7:80/a", "https://192.0.2.7/a"),
    ("http://[2001:DB8::7]:80/a", "https://[2001:db8::7]/a"),
    ("http://[2001:db8::7]:8080/a", "https://[2001:db8::7]:8080/a"),
    # www and mobile editions
    ("https://www.post.example/2026/11/talks-resume", A),
    ("https://m.post.example/2026/11/talks-resume", A),
    ("https://mobile.post.example/2026/11/talks-resume", A),
    ("https://amp.post.example/2026/11/talks-resume", A),
    ("https://www.m.post.example/2026/11/talks-resume", A),
    ("https://m.www.post.example/2026/11/talks-resume", A),
    ("https://m.example/a", "https://m.example/a"),
    ("https://www.example/a", "https://www.example/a"),
    ("https://mobile.de/a", "https://mobile.de/a"),
    ("https://www.mobile.de/a", "https://mobile.de/a"),
    ("https://m.co.uk/a", "https://m.co.uk/a"),
    ("https://m.post.co.uk/a", "https://post.co.uk/a"),
    ("https://www.gov.uk/a", "https://gov.uk/a"),
    ("https://amplify.post.example/a", "https://amplify.post.example/a"),
    ("https://edition.post.example/a", "https://edition.post.example/a"),
    # dot segments and slashes
    ("https://post.example/2026/./11/talks-resume", A),
    ("https://post.example/2026/10/../11/talks-resume", A),
    ("https://post.example/../../2026/11/talks-resume", A),
    ("https://post.example/2026/11/talks-resume/x/..", A),
    ("https://post.example/2026/11/talks-resume/.", A),
    ("https://post.example/2026/%2e%2E/2026/11/talks-resume", A),
    ("https://post.example//2026///11/talks-resume", A),
    ("https://post.example/2026/11/talks-resume/", A),
    ("https://post.example/2026/11/talks-resume///", A),
    ("https://post.example/a//../b", "https://post.example/a/b"),
    ("https://post.example/..", "https://post.example/"),
    ("https://post.example/a...b/..c", "https://post.example/a...b/..c"),
    ("https://web.archive.example/web/2026/http://post.example/a", "https://web.archive.example/web/2026/http://post.example/a"),
    ("https://web.archive.example/web/2026/http:///post.example//a/", "https://web.archive.example/web/2026/http://post.example/a"),
    # escapes
    ("https://post.example/2026/11/%74alks%2dresume", A),
    ("https://post.example/caf%c3%a9", "https://post.example/caf%C3%A9"),
    ("https://post.example/café", "https://post.example/caf%C3%A9"),
    ("https://post.example/%7Eanna/x", "https://post.example/~anna/x"),
    ("https://post.example/a b", "https://post.example/a%20b"),
    ('https://post.example/"a"|<b>', "https://post.example/%22a%22%7C%3Cb%3E"),
    ("https://post.example/100%-sure", "https://post.example/100%25-sure"),
    ("https://post.example/100%25-sure", "https://post.example/100%25-sure"),
    ("https://post.example/%zz%4", "https://post.example/%25zz%254"),
    ("https://post.example/%2541", "https://post.example/%2541"),
    ("https://post.example/%%341", "https://post.example/%2541"),
    ("https://post.example/a%2fb", "https://post.example/a%2Fb"),
    ("https://post.example/a,1.html", "https://post.example/a,1.html"),
    ("https://post.example/\ud800", "https://post.example/%ED%A0%80"),
    # index files and sessions
    ("https://post.example/2026/11/talks-resume/index.html", A),
    ("https://post.example/2026/11/talks-resume/index.php", A),
    ("https://post.example/2026/11/talks-resume/Default.aspx", A),
    ("https://post.example/2026/11/talks-resume/default.asp", A),
    ("https://post.example/index.html", "https://post.example/"),
    ("https://post.example/index.php?id=7", "https://post.example/?id=7"),
    ("https://post.example/index.php/7", "https://post.example/index.php/7"),
    ("https://post.example/a/main-index.html", "https://post.example/a/main-index.html"),
    ("https://post.example/2026/11/talks-resume;jsessionid=0A1B.node2", A),
    # AMP by the publisher
    ("https://post.example/2026/11/talks-resume/amp", A),
    ("https://post.example/2026/11/talks-resume/amp/", A),
    ("https://post.example/2026/11/talks-resume/AMP", A),
    ("https://post.example/2026/11/talks-resume.amp", A),
    ("https://post.example/2026/11/talks-resume?amp", A),
    ("https://post.example/2026/11/talks-resume?amp=1", A),
    ("https://post.example/2026/11/talks-resume/?outputType=amp", A),
    ("https://amp.post.example/2026/11/talks-resume/amp/index.html?output=amp", A),
    ("https://post.example/a/story-1.amp.html", "https://post.example/a/story-1.html"),
    ("https://post.example/a/story-1.html.amp", "https://post.example/a/story-1.html"),
    ("https://post.example/a/index.amp.html", "https://post.example/a"),
    ("https://post.example/amp", "https://post.example/amp"),
    ("https://post.example/news/amp-prices", "https://post.example/news/amp-prices"),
    ("https://post.example/a/..amp", "https://post.example/a/..amp"),
    # AMP by others
    ("https://www.google.com/amp/s/www.post.example/2026/11/talks-resume/amp/", A),
    ("https://www.google.com/amp/www.post.example/2026/11/talks-resume", A),
    ("https://www.google.co.uk/amp/s/post.example/2026/11/talks-resume?usqp=mq331AQ", A),
    ("https://m.google.de//amp/s/post.example/2026/11/talks-resume#aoh=1", A),
    ("https://post-example.cdn.ampproject.org/c/s/post.example/2026/11/talks-resume", A),
    ("https://post-example.cdn.ampproject.org/v/s/m.post.example/2026/11/talks-resume.amp?amp_js_v=0.1&usqp=x", A),
    ("https://cdn.ampproject.org/c/post.example/2026/11/talks-resume", A),
    ("https://post-example.bing-amp.com/c/s/post.example/2026/11/talks-resume", A),
    ("https://www.google.com/amp/s/post-example.cdn.ampproject.org/c/s/post.example/2026/11/talks-resume", A),
    ("https://google.com/amp/s/post.example/a?id=7", "https://post.example/a?id=7"),
    ("https://google.com/amp/about", "https://google.com/amp/about"),
    ("https://google.com/amp/page.html", "https://google.com/amp/page.html"),
    ("https://google.com/amp/s/post.example:99999/a", "https://google.com/amp/s/post.example:99999/a"),
    ("https://cdn.ampproject.org/v0.js", "https://cdn.ampproject.org/v0.js"),
    ("https://google.post.example/amp/s/other.example/a", "https://google.post.example/amp/s/other.example/a"),
    # mobile and other views
    ("https://post.example/2026/11/talks-resume?output=mobile", A),
    ("https://post.example/2026/11/talks-resume?view=mobile&mobile=1", A),
    ("https://post.example/a?output=json", "https://post.example/a?output=json"),
    ("https://post.example/a?view=gallery", "https://post.example/a?view=gallery"),
    # tracking
    ("https://post.example/2026/11/talks-resume?utm_source=rss&utm_medium=feed&utm_campaign=world", A),
    ("https://post.example/2026/11/talks-resume?UTM_Source=rss", A),
    ("https://post.example/2026/11/talks-resume?utm%5Fsource=rss", A),
    ("https://post.example/2026/11/talks-resume?fbclid=IwAR0&gclid=1&dclid=2&msclkid=3&igshid=4", A),
    ("https://post.example/2026/11/talks-resume?mc_cid=1&mc_eid=2", A),
    ("https://post.example/2026/11/talks-resume?at_medium=RSS&at_campaign=KARANGA", A),
    ("https://post.example/2026/11/talks-resume?ns_mchannel=rss&ns_source=feed", A),
    ("https://post.example/2026/11/talks-resume?CMP=share_btn&cmpid=7&ocid=8", A),
    ("https://post.example/2026/11/talks-resume?ref=rss&ref_src=twsrc&sref=x&partner=reader", A),
    ("https://post.example/2026/11/talks-resume?xtor=RSS-1&smid=tw&spm=a1.b2", A),
    ("https://post.example/2026/11/talks-resume?rss", A),
    ("https://post.example/2026/11/talks-resume?rss=1&from=rss&traffic_source=rss&source=rss", A),
    ("https://post.example/2026/11/talks-resume?id=1&utm_source=rss", f"{A}?id=1"),
    ("https://post.example/2026/11/talks-resume?utm_source=rss&amp;id=1&amp;utm_medium=x", f"{A}?id=1"),
    ("https://post.example/a?ref=20261116", "https://post.example/a?ref=20261116"),
    ("https://post.example/a?source=7&from=kyiv", "https://post.example/a?from=kyiv&source=7"),
    ("https://post.example/a?reference=7&utmost=1", "https://post.example/a?reference=7&utmost=1"),
    # query and fragment
    ("https://post.example/2026/11/talks-resume?", A),
    ("https://post.example/2026/11/talks-resume?&&", A),
    ("https://post.example/2026/11/talks-resume#comments", A),
    ("https://post.example/2026/11/talks-resume?#", A),
    ("https://post.example/2026/11/talks-resume#:~:text=talks", A),
    ("https://post.example/a?page=2&id=1", "https://post.example/a?id=1&page=2"),
    ("https://post.example/a?tag[]=b&tag[]=a&id=1", "https://post.example/a?id=1&tag%5B%5D=b&tag%5B%5D=a"),
    ("https://post.example/?2026/11/16,talks", "https://post.example/?2026/11/16,talks"),
    ("https://post.example/a?url=http://other.example//b/", "https://post.example/a?url=http://other.example//b/"),
    ("https://post.example/#!/story/1", "https://post.example/#!/story/1"),
    ("https://post.example/#!", "https://post.example/#!"),
    # no http(s) address: stripped, unchanged
    ("", ""),
    ("  talks resume ", "talks resume"),
    ("/2026/11/talks-resume", "/2026/11/talks-resume"),
    ("//post.example/a", "//post.example/a"),
    ("ftp://POST.example/a", "ftp://POST.example/a"),
    ("mailto:desk@post.example", "mailto:desk@post.example"),
    ("javascript:void(0)", "javascript:void(0)"),
    ("http:///a", "http:///a"),
    ("http://", "http://"),
    ("http://[::1/a", "http://[::1/a"),
    ("http://post.example:port/a", "http://post.example:port/a"),
    ("http://post.example:70000/a", "http://post.example:70000/a"),
    ("http://po st.example/a", "http://po st.example/a"),
    ("http://post..example/a", "http://post..example/a"),
    ("http://\u2100.example/a", "http://\u2100.example/a"),
    ("urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
]  # fmt: skip

DIFFERENT = [
    ("https://post.example/a?id=1", "https://post.example/a?id=2"),
    ("https://post.example/?p=1", "https://post.example/?p=2"),
    ("https://post.example/a?article=1", "https://post.example/a?article=2"),
    ("https://post.example/a?story=1", "https://post.example/a?story=2"),
    ("https://post.example/a?page=1", "https://post.example/a?page=2"),
    ("https://post.example/a?newsid=1", "https://post.example/a?newsid=2"),
    ("https://post.example/a?aid=1", "https://post.example/a?aid=2"),
    ("https://post.example/a?nid=1", "https://post.example/a?nid=2"),
    ("https://post.example/watch?v=a", "https://post.example/watch?v=A"),
    ("https://post.example/a?ref=101", "https://post.example/a?ref=102"),
    ("https://post.example/a?cid=101", "https://post.example/a?cid=102"),
    ("https://post.example/a?mod=news&id=1", "https://post.example/a?mod=video&id=1"),
    ("https://post.example/a?t=1&t=2", "https://post.example/a?t=2&t=1"),
    ("https://post.example/?talks", "https://post.example/?truce"),
    ("https://post.example/a?q=x%26id=1", "https://post.example/a?q=x&id=1"),
    ("https://post.example/Ab3", "https://post.example/aB3"),
    ("https://post.example/a/b", "https://post.example/a%2Fb"),
    ("https://post.example/a%2541", "https://post.example/aA"),
    ("https://post.example/a?b", "https://post.example/a%3Fb"),
    ("https://post.example/news/amp-prices", "https://post.example/news"),
    ("https://post.example/news/lamp", "https://post.example/news"),
    ("https://post.example/amp", "https://post.example/"),
    ("https://post.example/amp/reviews", "https://post.example/reviews"),
    ("https://post.example/story.ample", "https://post.example/story"),
    ("https://post.example/index.html/a", "https://post.example/a"),
    ("https://post.example/index-2.html", "https://post.example/"),
    ("https://post.example/a.html", "https://post.example/a"),
    ("https://m.example/a", "https://example/a"),
    ("https://mobile.de/a", "https://de/a"),
    ("https://m.co.uk/a", "https://mobile.co.uk/a"),
    ("https://strasse.example/a", "https://straße.example/a"),
    ("https://sport.post.example/a", "https://post.example/a"),
    ("https://de.post.example/a", "https://fr.post.example/a"),
    ("https://post.example:8080/a", "https://post.example/a"),
    ("https://post.example:8080/a", "https://post.example:8081/a"),
    ("https://post.example/#!/1", "https://post.example/#!/2"),
    ("https://post.example/#!/1", "https://post.example/"),
    ("https://web.archive.example/web/2026/http://a.example/1", "https://web.archive.example/web/2026/http:/a.example/1"),
    ("https://web.archive.example/web/2025/http://a.example/", "https://web.archive.example/web/2026/http://a.example/"),
    ("https://google.com/amp/s/a.example/1", "https://google.com/amp/s/b.example/1"),
    ("https://google.com/search?q=talks", "https://google.com/search?q=truce"),
]  # fmt: skip

LABEL = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8)
WILD = st.one_of(
    st.text(max_size=60),
    st.builds(
        "".join,
        st.lists(
            st.sampled_from([
                "http://", "HTTPS://", "a.example", "www.", "m.", "amp.", "google.com", "x.cdn.ampproject.org", "co.uk", "@", ":", ":80", "/",
                "//", "/.", "/..", "/amp", ".amp", ".html", "/index.html", "/amp/s/", "/c/s/", ";jsessionid=1", "%", "%2e", "%2F", "%41", "?", "&", "&amp;", "amp;",
                "=", "id=1", "utm_x=1", "ref=", "#", "#!", " ", "\t", "\x00", "[", "]", "::1", "é", "。", "\ud800", "\\", "a", "B", ".",
            ]),
            max_size=14,
        ),
    ),
)  # fmt: skip
ADDRESS = st.builds(
    "https://{0}.{1}.example/{2}/{3}?id={4}".format, LABEL, LABEL, LABEL, LABEL, st.integers(min_value=0)
)


@pytest.mark.parametrize(("given_url", "canonical"), SAME)
def test_addresses_of_one_article_are_one(given_url: str, canonical: str) -> None:
    assert canonical_url(given_url) == canonical
    assert canonical_url(canonical) == canonical


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_addresses_of_two_articles_stay_two(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@given(WILD)
@example("https://a.example/x/..amp")
@example("https://google.com/amp/s/a.example;jsessionid=1/b")
@example("https://a.example/?amp;b=1&a=1")
def test_a_canonical_address_is_its_own_and_can_be_read(url: str) -> None:
    canonical = canonical_url(url)
    assert canonical_url(canonical) == canonical
    if canonical != url.strip():
        assert urlsplit(canonical).scheme == "https"
        assert re.fullmatch(r"[\x21-\x7e]+", canonical)
        assert host_key(canonical)


@given(
    ADDRESS,
    st.sampled_from(["utm_source=rss", "fbclid=x", "at_medium=RSS", "CMP=a", "ref=home", "from=rss", "rss", "amp=1"]),
    st.sampled_from(["", "#", "#top", "#:~:text=x"]),
)
def test_how_an_article_was_found_does_not_change_its_address(url: str, tracking: str, fragment: str) -> None:
    address, _, query = url.partition("?")
    host = urlsplit(url).netloc
    variants = [
        f"{url}&{tracking}{fragment}",
        f"{address}?{tracking}&amp;{query}{fragment}",
        url.replace(host, f"{host.upper()}:443"),
        url.replace("https://", "http://www.").replace(host, f"{host}:80"),
        url.replace(host, f"reader:secret@{host}."),
    ]
    assert {canonical_url(variant) for variant in variants} == {canonical_url(url)}


@given(ADDRESS, st.integers(0, 10**12), st.integers(0, 10**12), st.sampled_from(["id", "p", "story", "aid", "v", "n"]))
def test_two_ids_are_two_articles(url: str, one: int, other: int, name: str) -> None:
    address = url.partition("?")[0]
    canonical = [canonical_url(f"{address}?{name}={number}&utm_source=rss") for number in (one, other)]
    assert (canonical[0] == canonical[1]) == (one == other)


@pytest.mark.parametrize(
    "url",
    [
        "https://post.example/" + "a" * LENGTH_MAX,
        "https://post.example/" + "é" * (LENGTH_MAX - 30),
        "https://" + "é" * (LENGTH_MAX - 30),
        "https://post.example" + "/amp" * 2000,
        "https://post.example/x" + ".amp" * 1900 + "z",
        "https://google.com" + "/amp/s/google.com" * 480 + "/a",
        "https://post.example/" + "../" * 2700,
    ],
)
@pytest.mark.timeout(5)
def test_no_address_takes_long(url: str) -> None:
    canonical = canonical_url(url)
    assert canonical_url(canonical) == canonical


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Post.Example:8080/a", "www.post.example"),
        ("http://reader:secret@post.example./", "post.example"),
        ("http://münchen.example/", "xn--mnchen-3ya.example"),
        ("http://[2001:DB8::7]:80/", "2001:db8::7"),
        ("http://192.0.2.7/", "192.0.2.7"),
        ("ftp://files.example/", "files.example"),
        ("/a", ""),
        ("mailto:desk@post.example", ""),
        ("http://", ""),
        ("http://[::1", ""),
        ("http://po st.example/", ""),
        ("", ""),
    ],
)
def test_politeness_sees_one_host_however_it_is_written(url: str, host: str) -> None:
    assert host_key(url) == host


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("https://other.example/b", "https://other.example/b"),
        ("/b?id=1#c", "http://post.example/b?id=1#c"),
        ("b", "http://post.example/world/b"),
        ("../b", "http://post.example/b"),
        ("?id=1", "http://post.example/world/feed.xml?id=1"),
        ("//other.example/b", "http://other.example/b"),
        ("\x08 https://other.example/b", "https://other.example/b"),
        (" \n/b\n ", "http://post.example/b"),
        ("https://other.example/\n  b", "https://other.example/  b"),
        ("", ""),
        ("  ", ""),
        ("mailto:desk@post.example", ""),
        ("javascript:void(0)", ""),
        ("ftp://post.example/b", ""),
        ("file:///etc/passwd", ""),
        ("http://", ""),
        ("http:b", ""),
        ("http://[::1/b", ""),
        ("http://a]b/", ""),
        ("http://post.example:70000/b", ""),
    ],
)
def test_a_link_is_absolute_or_none(link: str, found: str) -> None:
    assert absolute("http://post.example/world/feed.xml", link) == found


@given(WILD, WILD)
def test_no_text_breaks_the_reading_of_an_address(base: str, link: str) -> None:
    found = absolute(base, link)
    assert not found or (found.lower().startswith("http") and host_key(found))
    assert isinstance(has_credentials(link), bool)


@pytest.mark.parametrize(
    ("url", "has"),
    [
        ("https://reader:secret@post.example/", True),
        ("https://reader@post.example/", True),
        ("https://@post.example/", True),
        ("https://post.example/@desk", False),
        ("https://post.example/?to=desk@post.example", False),
        ("http://[::1", False),
        ("", False),
    ],
)
def test_credentials_are_seen_where_they_stand(url: str, has: bool) -> None:
    assert has_credentials(url) is has
