"""Linked data: read from whatever stands in the place of JSON, and the page's article told from those about others."""

import json
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring

from pipeline.articles.metadata.jsonld import LinkedData, linked_data, types
from pipeline.articles.metadata.lenient import loads

URL = "https://post.example/nine-dead"


def data(*blocks: Any, kind: str = "application/ld+json") -> LinkedData:
    scripts = (block if isinstance(block, str) else json.dumps(block) for block in blocks)
    return linked_data(document_fromstring("".join(f'<script type="{kind}">{text}</script>' for text in scripts)))


def article(**values: Any) -> dict[str, Any]:
    return {"@type": "NewsArticle", **values}


def headline(*blocks: Any, url: str = URL, titles: tuple[str, ...] = ()) -> str | None:
    found = data(*blocks)
    return next((text for node in found.articles({url}, titles) for text in found.texts(node, "headline")), None)


# ── what stands in the place of JSON ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "x", "b": [1, 2]}', '{"a": "x", "b": [1, 2,],}', '/* by hand */ {"a": "x", // first\n "b": [1, 2]}',
        '<!-- {"a": "x", "b": [1, 2]} -->', '//<![CDATA[\n{"a": "x", "b": [1, 2]}\n//]]>', '/*<![CDATA[*/{"a": "x", "b": [1, 2]}/*]]>*/',
        '\ufeff{"a": "x", "b": [1, 2]}', '{"a": "x" "b": [1 2]}', "{a: 'x', b: [1, 2]}", '{"a": "x", "b": [1, 2}', '{"a": "x", "b": [1, 2',
        '{"a": "x", "b": [1, 2], "c": "cut of', '{"a": "x", "b": [1, 2], "c', '{"a": "x", "b": [1, 2]};',
    ],
)  # fmt: skip
def test_what_people_write_for_json_is_read(text: str) -> None:
    assert loads(text) == [{"a": "x", "b": [1, 2]}]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"He said "no" to it"', 'He said "no" to it'), ('"a\nb\tc"', "a\nb\tc"), (r'"it\'s"', "it's"), (r'"\u00e9\n\/\\"', "é\n/\\"),
        (r'"\ud83d\ude00 \ud800"', "😀 "), ('"https://post.example/"', "https://post.example/"), ('"/* no comment */"', "/* no comment */"),
        ('""', ""), ("true", True), ("-1.5", -1.5), ("9" * 5000, float("inf")),
    ],
)  # fmt: skip
def test_strings_and_numbers_are_read_where_the_rest_is_broken(text: str, value: Any) -> None:
    assert loads(f'{{"a": {text}, "b": 1,}}') == [{"a": value, "b": 1}]


def test_several_values_may_follow_one_another() -> None:
    assert loads('{"a": 1}{"a": 2}\n[3]') == [{"a": 1}, {"a": 2}, [3]]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", []), ("  ", []), ("{", [{}]), ("[[", [[[]]]), ("x y", []), ("function() {}", [{}]), ("<!--", []), ("\\", []), ('"', []),
        ('"cut off', []), ("/*", []), ("}" * 9, []), ('{"key"', [{}]), ('{"key":', [{}]), ("{1, 2}", [{}]),
    ],
)  # fmt: skip
def test_what_holds_nothing_gives_nothing_and_no_error(text: str, values: list[Any]) -> None:
    assert loads(text) == values


HOSTILE = {
    "arrays": "[" * 100_000, "objects": '{"a":' * 20_000, "quotes": '"' * 100_000, "escapes": '"\\' * 50_000, "open comments": "/*" * 50_000,
    "slashes": "/" * 100_000, "marks": ",:]}" * 25_000, "strings": '"a" ' * 25_000, "unescaped quotes": '{"a": "' + 'x "y" ' * 16_000,
    "spaces": ('"' + " " * 50) * 2_000, "words": "a:" * 50_000, "digits": "1" * 100_000, "CDATA": "<![CDATA[" * 11_000,
    "closed arrays": "[" * 50_000 + "]" * 50_000, "graphs": '{"@graph":' * 10_000 + "1" + "}" * 10_000,
}  # fmt: skip


def test_hostile_blocks_take_linear_time_and_no_recursion() -> None:
    for name, text in HOSTILE.items():
        start = process_time()
        assert data(text).articles({URL}, ()) == (), name
        assert process_time() - start < 8, name


@settings(max_examples=200, deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)))  # fmt: skip
def test_sound_json_is_read_as_it_is_even_by_the_lenient_reader(value: Any) -> None:
    text = json.dumps([value])
    assert loads(text) == [[value]]
    if text.isascii() and "\\ud" not in text:
        assert loads(text + ",") == [[value]]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(['{', '}', '[', ']', ',', ':', '"', '"a"', '\\', '//', '/*', '*/', '\n', '<!--', '@type', '1', 'null']), max_size=25))  # fmt: skip
def test_no_text_breaks_the_reader(pieces: list[str]) -> None:
    assert isinstance(loads("".join(pieces)), list)


# ── which object is the article ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "blocks",
    [
        [article(headline="Nine dead")],
        [[{"@type": "WebSite"}, article(headline="Nine dead")]],
        [{"@graph": [{"@type": "Organization", "headline": "no"}, article(headline="Nine dead")]}],
        [[{"@graph": [[article(headline="Nine dead")]]}]],
        [{"@type": ["Thing", "ReportageNewsArticle"], "headline": "Nine dead"}],
        [{"@type": "http://schema.org/NewsArticle", "headline": "Nine dead"}],
        [{"@type": "schema:NewsArticle", "schema:headline": "Nine dead"}],
        [{"@type": "https://schema.org/Article", "https://schema.org/headline": {"@value": "Nine dead"}}],
        [{"@type": "WebPage", "headline": "no", "mainEntity": article(headline="Nine dead")}],
        [{"@type": "WebPage", "mainEntity": {"mainEntityOfPage": article(headline="Nine dead")}}],
        [{"@type": "ItemList", "itemListElement": [{"item": article(headline="A teaser")}]}, article(headline="Nine dead")],
        [{"@type": "JobPosting", "headline": "no"}, {"@type": "liveblogposting", "headline": "Nine dead"}],
        ["{broken", "", "null", "7", '"text"', article(headline="Nine dead")],
        [article(headline="Nine dead"), article(headline="Another")],
        [article(headline=["Nine dead"])],
        [article(headline="  Nine\n <b>dead</b>\n")],
        [{"@type": [{"x": 1}, "NewsArticle", None], "headline": "Nine dead"}],
        ["{&quot;@type&quot;: &quot;NewsArticle&quot;, &quot;headline&quot;: &quot;Nine dead&quot;}"],
    ],
)  # fmt: skip
def test_the_first_article_of_the_page_is_found_wherever_it_stands(blocks: list[Any]) -> None:
    assert headline(*blocks) == "Nine dead"


@pytest.mark.parametrize(
    "identity",
    [
        {"url": URL}, {"@id": f"{URL}#article"}, {"mainEntityOfPage": "http://www.post.example/nine-dead/?utm_source=rss"},
        {"mainEntityOfPage": {"@type": "WebPage", "@id": URL}}, {"mainEntityOfPage": [{"url": URL}]}, {"url": ["x", URL]},
    ],
)  # fmt: skip
def test_of_several_articles_the_one_at_the_pages_address_is_meant(identity: dict[str, Any]) -> None:
    teaser = article(headline="A teaser", url="https://post.example/teaser")
    assert headline([teaser, article(headline="Nine dead", **identity)]) == "Nine dead"


def test_of_several_articles_without_its_address_the_one_with_its_title_is_meant() -> None:
    several = [article(headline="A teaser"), article(headline="“Nine dead”, they say")]
    assert headline(several, titles=("'Nine dead', they say",)) == "“Nine dead”, they say"
    assert headline(several) == "A teaser"


def test_what_one_object_of_the_article_lacks_another_may_have() -> None:
    found = data(
        article(url=URL),
        article(url="https://post.example/2", author="T. Teaser"),
        article(url=URL, author="A. Writer"),
    )
    nodes = found.articles({URL}, ())
    assert [text for node in nodes for text in found.texts(node, "author")] == ["A. Writer"]


def test_references_are_resolved_within_the_page() -> None:
    found = data({"@graph": [article(author={"@id": "#1"}, publisher=[{"@id": "#2"}]), {"@id": "#1", "@type": "Person", "name": "A. Writer"}]},
                 {"@type": "WebSite", "publisher": {"@id": "#2", "name": "The Post"}})  # fmt: skip
    (node,) = found.articles({URL}, ())
    assert found.texts(node, "author") == ["A. Writer"]
    assert found.texts(node, "publisher") == ["The Post"]
    assert types(found.values(node, "author")[0]) == ["Person"]


def test_an_object_that_refers_to_itself_is_no_trap() -> None:
    found = data(article(**{"@id": "#1", "author": {"@id": "#1"}, "mainEntity": {"@id": "#1"}}))
    assert found.texts(found.nodes[0], "author") == []


def test_references_to_characters_are_read_within_strings_only() -> None:
    assert (
        headline('{"@type": "NewsArticle", "headline": "&quot;Nine&quot; &amp;amp; more &#8217;dead&#8217;"}')
        == '"Nine" & more ’dead’'
    )


@pytest.mark.parametrize(
    "value", [None, 7, True, {}, [], [[]], "", "  ", [None], {"name": 7}, [[{"name": []}]], {"@value": {}}]
)
def test_values_of_the_wrong_type_are_no_texts(value: Any) -> None:
    assert headline(article(headline=value)) is None


@pytest.mark.parametrize(
    "kind", ["application/ld+json", "APPLICATION/LD+JSON", "application/ld+json; charset=utf-8", " application/ld+json"]
)
def test_the_type_of_a_script_is_read_as_browsers_do(kind: str) -> None:
    assert data(article(headline="Nine dead"), kind=kind).nodes
    assert not data(article(headline="Nine dead"), kind="application/json").nodes
