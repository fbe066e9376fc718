"""What happens to feed lists that come from other readers, and go to them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import ConfigError
from pipeline.records import Feed, Source, make_id
from pipeline.sources import bundled, export_opml, import_opml, load_catalogue, write_toml

Read = Callable[[str], tuple[Source, ...]]

NESTED = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
  <head><title>my feeds</title></head>
  <body>
    <outline text="News">
      <outline text="Coast">
        <outline type="rss" text="Harbour Times - World" xmlUrl="https://feeds.harbour.example/world"
                 htmlUrl="https://www.harbour.example/" language="en-gb" category="/News/Coast"/>
        <outline type="rss" text="Pier Gazette" title="The Pier Gazette &amp; Post"
                 xmlUrl="http://pier.example/rss"/>
      </outline>
      <outline type="rss" text="Harbour Times - Sport" xmlUrl="https://www.harbour.example/sport"
               language="unknown"/>
      <outline type="link" text="a page, not a feed" url="https://harbour.example/about"/>
    </outline>
    <outline text="Starred">
      <outline type="rss" text="Harbour Times - World" xmlUrl="https://feeds.harbour.example/world"/>
    </outline>
  </body>
</opml>
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feeds.opml"


@pytest.fixture
def read(path: Path) -> Read:
    def write_and_import(text: str) -> tuple[Source, ...]:
        path.write_text(text, encoding="utf-8")
        return import_opml(path)

    return write_and_import


@pytest.fixture
def complaint(read: Read, path: Path) -> Callable[[str], str]:
    def message(text: str) -> str:
        with pytest.raises(ConfigError) as error:
            read(text)
        return str(error.value).replace(f"{path}: ", "")

    return message


def opml(*outlines: str) -> str:
    body = "\n".join(outlines)
    return f'<opml version="2.0">\n<body>\n{body}\n</body></opml>'


def feed(title: str, url: str, **attributes: str) -> str:
    element = ElementTree.Element("outline", {"type": "rss", "text": title, "xmlUrl": url, **attributes})
    return ElementTree.tostring(element, encoding="unicode")


def test_feeds_of_one_site_make_one_source_however_deep_they_are_nested(read: Read) -> None:
    harbour, pier = read(NESTED)

    assert (harbour.source_id, harbour.name, harbour.language_code) == (
        "harbour-times",
        "Harbour Times",
        "en-GB",
    )
    assert [feed.url for feed in harbour.feeds] == [
        "https://feeds.harbour.example/world",
        "https://www.harbour.example/sport",
    ]
    assert (pier.source_id, pier.name) == ("the-pier-gazette-post", "The Pier Gazette & Post")


def test_what_the_list_does_not_say_is_unknown(read: Read) -> None:
    _, pier = read(NESTED)

    assert (pier.country_code, pier.language_code, pier.time_zone, pier.terms) == (None, "und", "UTC", "")


def test_ids_are_unique_and_plain(read: Read) -> None:
    sources = read(
        opml(
            feed("Le Réveil d'Été", "https://a.example/"),
            feed("Le Reveil dEte", "https://b.example/"),
            feed("日本の港", "https://c.example/"),
            feed("", "https://d.example/"),
        )
    )

    assert [source.source_id for source in sources] == [
        "le-reveil-dete",
        "le-reveil-dete-2",
        "source",
        "d-example",
    ]


def test_sites_whose_titles_share_no_word_are_named_by_their_host(read: Read) -> None:
    (source,) = read(opml(feed("World", "https://a.example/1"), feed("Sport", "https://a.example/2")))

    assert source.name == "a.example"


def test_outlets_that_share_a_feed_service_stay_apart(read: Read) -> None:
    one, two = "https://feeds.feedburner.com/one", "https://feeds.feedburner.com/two"

    assert [source.name for source in read(opml(feed("One", one), feed("Two", two)))] == ["One", "Two"]


def test_attribute_names_count_in_any_case(read: Read) -> None:
    (source,) = read(opml('<outline text="A" xmlurl="https://a.example/"/>'))

    assert source.feeds[0].url == "https://a.example/"


def test_a_list_in_an_old_encoding_is_read(path: Path) -> None:
    text = '<?xml version="1.0" encoding="windows-1251"?>' + opml(
        '<outline text="Гавань" xmlUrl="https://a.example/"/>'
    )
    path.write_bytes(text.encode("windows-1251"))

    assert import_opml(path)[0].name == "Гавань"


def test_feeds_that_cannot_be_polled_are_refused_together_with_line_and_reason(
    complaint: Callable[[str], str],
) -> None:
    text = opml(
        feed("Good", "https://good.example/"),
        feed("Old", "feed://old.example/rss"),
        feed("File", "file:///etc/passwd"),
        feed("Secret", "https://me:word@secret.example/"),
        '<outline type="rss" text="Empty"/>',
    )

    assert complaint(text).splitlines() == [
        'line 4: outline "Old": found "feed://old.example/rss" (it does not start with https:// or http://); '
        "correct it, or remove the outline",
        'line 5: outline "File": found "file:///etc/passwd" (it does not start with https:// or http://); '
        "correct it, or remove the outline",
        'line 6: outline "Secret": found "https://…@secret.example/" (it carries a user name or password); '
        "correct it, or remove the outline",
        'line 7: outline "Empty": is a feed without an address; add its xmlUrl',
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<opml>\n<body>\n</opml>", "line 3: not valid XML: mismatched tag"),
        ("", "line 1: not valid XML: no element found"),
        ("not xml", "line 1: not valid XML: syntax error"),
        ("<rss><channel/></rss>", "line 1: found <rss>; expected <opml>"),
        (opml(), "found no feed; expected outline elements with an xmlUrl"),
        (
            '<?xml version="1.0" encoding="shift_jis"?><opml/>',
            "multi-byte encodings are not supported; save the file as UTF-8",
        ),
        (
            '<?xml version="1.0" encoding="no-such"?><opml/>',
            "unknown encoding: no-such; save the file as UTF-8",
        ),
    ],
)
def test_a_file_that_is_no_feed_list_is_refused(complaint: Callable[[str], str], text: str, message: str) -> None:
    assert complaint(text) == message


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE opml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE opml [<!ENTITY secret SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE opml SYSTEM "http://127.0.0.1:1/opml.dtd">',
    ],
    ids=["entity bomb", "external entity", "external DTD"],
)
def test_a_list_with_a_doctype_is_refused_before_any_entity_is_read(
    complaint: Callable[[str], str], declaration: str
) -> None:
    text = f'<?xml version="1.0"?>\n{declaration}\n{opml(feed("A", "https://a.example/"))}'

    assert complaint(text) == "line 2: found a DOCTYPE, which OPML does not need; remove it"


def test_nesting_of_any_depth_is_read(read: Read) -> None:
    depth = 100_000
    text = opml("<outline>" * depth + feed("A", "https://a.example/") + "</outline>" * depth)

    assert len(read(text)) == 1


def test_a_missing_file_is_named(path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file or directory"):
        import_opml(path)


def test_the_bundled_world_comes_back_but_for_terms_and_counts(read: Read) -> None:
    world = load_catalogue(bundled("world"))

    expected = {replace(source, terms="", articles_min=None, articles_max=None) for source in world}

    assert set(read(export_opml(world))) == expected


def test_two_sources_of_one_site_stay_apart_when_we_wrote_the_list(read: Read) -> None:
    sources = tuple(_source(name, f"https://site.example/{name}") for name in ("one", "two"))

    assert read(export_opml(sources)) == sources


def test_an_imported_list_can_be_kept_as_a_catalogue(read: Read, tmp_path: Path) -> None:
    sources = read(NESTED)
    catalogue = tmp_path / "mine.toml"
    catalogue.write_text(write_toml(sources), encoding="utf-8")

    assert load_catalogue(catalogue) == tuple(sorted(sources, key=lambda source: source.source_id))


def test_the_export_is_opml_2_with_the_attributes_readers_look_for() -> None:
    root = ElementTree.fromstring(export_opml([_source('A & "B" <C>', "https://a.example/?x=1&y=2")]))

    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert root.findtext("head/title") == "eventwire sources"
    (outline,) = root.findall("body/outline")
    assert outline.attrib == {
        "type": "rss",
        "text": 'A & "B" <C>',
        "title": 'A & "B" <C>',
        "xmlUrl": "https://a.example/?x=1&y=2",
        "category": "/eventwire/source/a-b-c,/eventwire/time_zone/UTC",
    }


@given(st.lists(st.text(max_size=20), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_titles_make_sources_that_keep_every_feed(read: Read, titles: list[str]) -> None:
    urls = [f"https://{'abc'[number % 3]}.example/{number}" for number in range(len(titles))]
    outlines = [f'<outline text="{_escaped(title)}" xmlUrl="{url}"/>' for title, url in zip(titles, urls, strict=True)]

    sources = read(opml(*outlines))

    assert sorted(feed.url for source in sources for feed in source.feeds) == sorted(urls)
    assert len({source.source_id for source in sources}) == len(sources)


def _escaped(title: str) -> str:
    legal = "".join(letter for letter in title if letter in "\t\n\r" or " " <= letter < "\ud800" or letter > "\uffff")
    return "".join(f"&#{ord(letter)};" for letter in legal)


def _source(name: str, url: str) -> Source:
    source_id = "".join(letter if letter.isalnum() else " " for letter in name.lower())
    source_id = "-".join(source_id.split())
    return Source(
        source_id=source_id,
        name=name,
        country_code=None,
        language_code="und",
        time_zone="UTC",
        feeds=(Feed(feed_id=make_id(source_id, url), source_id=source_id, url=url),),
        terms="",
        articles_min=None,
        articles_max=None,
    )
