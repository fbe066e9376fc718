"""Bodies: the article's prose, all of it and nothing else, in paragraphs that know where they stand."""

import json
import os
import string
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.articles.body.paragraphs import key, lines, width
from pipeline.articles.body.pruning import prune
from pipeline.articles.body.read import Body, read_body, to_body
from pipeline.articles.body.trimming import trim
from pipeline.articles.names import Names
from pipeline.articles.page import parse_page
from pipeline.errors import RecordError

URL = "http://post.example/1"
TITLE = "Nine dead in market shelling"
LEDE = "Rebels shelled the market of the lakeside town at dawn on Monday, killing nine people, the district’s governor said."
SECOND = "Twelve others were wounded when two mortar rounds fell among the stalls, a doctor at the town’s only hospital said."
THIRD = (
    "The army blamed the northern movement, whose spokesman denied that its fighters had been anywhere near the town."
)
PROSE = (LEDE, SECOND, THIRD)
STANDFIRST = "Governor blames northern movement for the worst attack on the lakeside town in a year"


def page(*parts: str, head: str = "", before: str = "", after: str = "") -> str:
    inner = "".join(part if part.startswith("<") else f"<p>{part}</p>" for part in parts)
    article = f"<article><h1>{TITLE}</h1><div class='article-body'>{inner}</div></article>"
    return f"<html><head><title>{TITLE}</title>{head}</head><body>{before}{article}{after}</body></html>"


def body(html: str, title: str = TITLE, standfirst: str | None = None) -> Body:
    return read_body(parse_page(html.encode(), "text/html", URL), url=URL, title=title, standfirst=standfirst)


def prose(*parts: str, **around: str) -> list[str]:
    return body(page(*parts, **around)).text.split("\n\n")


# ── paragraphs ───────────────────────────────────────────────────────────────────────────────


def test_the_text_is_the_paragraphs_and_they_know_where_they_stand() -> None:
    found = body(page(*PROSE))
    assert found.text == "\n\n".join(PROSE)
    assert tuple(found.text[at.start : at.end] for at in found.paragraphs) == PROSE
    assert found.prompts == ()


@given(st.lists(st.text(string.ascii_letters + " é漢", min_size=1), max_size=6))
def test_paragraphs_tile_any_text(paragraphs: list[str]) -> None:
    made = to_body(paragraphs, [])
    assert [made.text[at.start : at.end] for at in made.paragraphs] == paragraphs
    assert made.text == "\n\n".join(paragraphs)


def test_a_line_break_parts_paragraphs_and_no_words_stick_together() -> None:
    broken = f"<p>{LEDE}<br>{SECOND}<br/><br/>{THIRD}</p>"
    assert prose(broken) == list(PROSE)
    listed = prose(LEDE, SECOND, "<ul><li>Nine people died</li><li>Twelve were wounded</li></ul>", THIRD)
    assert listed == [LEDE, SECOND, "Nine people died", "Twelve were wounded", THIRD]


def test_spaces_are_one_space_and_letters_are_composed() -> None:
    odd = LEDE.replace(" ", "\u00a0 \n\t", 3).replace("Rebels", "Re\u0301bels\u0007")
    assert prose(odd, SECOND, THIRD)[0] == LEDE.replace("Rebels", "Rébels")


def test_joiners_within_words_stay() -> None:
    persian = "شورشیان بامداد دوشنبه بازار شهر را گلوله‌باران کردند و نه نفر کشته شدند، فرماندار گفت. " * 2
    assert prose(persian, SECOND) == [persian.strip(), SECOND]


def test_a_page_of_divs_and_breaks_is_read_too() -> None:
    html = f"<html><body><div><h1>{TITLE}</h1><div>{LEDE}<br><br>{SECOND}<br><br>{THIRD}</div></div></body></html>"
    assert body(html).text.split("\n\n") == list(PROSE)


@pytest.mark.parametrize("text", ["", "<p>By A. Writer</p>", "<p>short</p>", "<video src=x></video>"])
def test_a_page_without_prose_is_refused(text: str) -> None:
    with pytest.raises(
        RecordError, match=r"^http://post.example/1: no text of an article on the page \(\d+ characters"
    ):
        body(f"<html><body><article>{text}</article></body></html>")


def test_a_sentence_of_chinese_is_a_text() -> None:
    assert prose("周一黎明，叛军炮击湖边小镇的市场，造成九人死亡，十二人受伤，州长表示。") == [
        "周一黎明，叛军炮击湖边小镇的市场，造成九人死亡，十二人受伤，州长表示。"
    ]


# ── what is no prose ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "aside",
    [
        "<aside><p>The lake has seen three wars since the border was drawn, and its fishermen have fled each of them.</p></aside>",
        "<figure><img src=x><figcaption>The market after the shelling. Photograph: A. Writer/The Post</figcaption></figure>",
        "<p class='wp-caption-text'>The market on Monday morning, seen from the harbour of the lakeside town.</p>",
        "<blockquote class='twitter-tweet'><p>We did not fire a single shell at the town today</p>— Movement (@north) May 1</blockquote>",
        "<div class='Pullquote-root pullquote'><p>Two mortar rounds fell among the stalls at the busiest hour</p></div>",
        "<div class='newsletter-box'><p>Get the morning’s most important stories in one letter, free of charge, every day.</p></div>",
        "<div class='about-author'><p>A. Writer has covered the lake region for The Post since the last war but one.</p></div>",
        "<div class='author-bio'><p>A. Writer has covered the lake region for The Post since the last war but one.</p></div>",
        "<div role='complementary'><p>Elsewhere in the region, the harvest festival went on as it has for two centuries.</p></div>",
        "<p><del>Ten died.</del></p><p><s>Ten people died in the shelling of the market, the governor said on Monday.</s></p>",
        "<p><a href='/2'>Ten things to know about the lakeside town and the war that has come to it again</a></p>",
        "<p><strong>Read more: <a href='/2'>Ten things to know about the lakeside town and its wars</a></strong></p>",
        "<p>Lire aussi : <a href='/2'>Dix choses à savoir sur la ville au bord du lac et ses guerres</a></p>",
        "<ul><li><a href='/2'>Ten things to know about the town</a></li><li><a href='/3'>A war without end</a></li></ul>",
        "<p>Advertisement</p>", "<p>ADVERTISEMENT</p>", "<p>Story continues below</p>", "<div>Anzeige</div>", "<p>广告</p>",
        "<p>Follow The Post on Google News and get our stories first</p>",
        "<p>Sign up for our free newsletter and never miss a story</p>",
        "<p>Photo: A. Writer/The Post</p>", "<p>ALSO READ: Ten things to know about the lakeside town</p>", "<p>{{AD-SLOT-3}}</p>",
        "<h2>A town between two armies</h2>", "<h3>Who is to blame?</h3>",
        "<script>var text = 'Rebels shelled the market of the lakeside town at dawn';</script>", "<style>p {color: red}</style>",
    ],
)  # fmt: skip
def test_what_stands_beside_the_prose_is_left_out(aside: str) -> None:
    assert prose(LEDE, SECOND, aside, THIRD) == list(PROSE)


def test_words_for_screen_readers_are_taken_out_of_sentences() -> None:
    link = "<a href=x>the district’s governor<span class='visually-hidden'> (opens in a new tab)</span></a>"
    assert prose(f"<p>{LEDE.replace('the district’s governor', link)}</p>", SECOND, THIRD) == list(PROSE)


@pytest.mark.parametrize(
    "sentence",
    [
        "<p>It also <a href=x>runs the only ferry across the lake and holds joint exercises</a>.</p>",
        "<p><a href=x>Governor Ilan Moro</a> and <a href=x>General Petra Dahl</a> met at dawn.</p>",
        "<p>The attack on the lakeside town began <time datetime='2026-11-16'>on Monday</time>, its police said.</p>",
        "<p>Readers of the accord will find this: <a href=x>Article 9</a> forbids the shelling of markets.</p>",
    ],
)
def test_prose_that_is_mostly_links_stays(sentence: str) -> None:
    expected = " ".join(lines(parse_page(f"<html><body>{sentence}</body></html>".encode(), "", URL)))
    assert prose(LEDE, sentence, SECOND, THIRD) == [LEDE, expected, SECOND, THIRD]


def test_parts_that_are_named_like_asides_stay_when_they_hold_the_text() -> None:
    inner = "".join(f"<p>{text}</p>" for text in PROSE)
    for name in ("newsletter", "author-article", "caption"):
        assert prose(f"<div class='{name}'>{inner}</div>") == list(PROSE)
    assert prose(f"<div role='complementary'>{inner}</div>") == list(PROSE)
    plain = f"<html><body><h1>{TITLE}</h1><div class='author'>{'<br>'.join(PROSE)}</div></body></html>"
    assert body(plain).text == "\n\n".join(PROSE)


def test_headings_stay_where_a_page_sets_its_text_in_them() -> None:
    assert prose(*(f"<h4>{text}</h4>" for text in PROSE)) == list(PROSE)


def test_what_a_shadow_root_holds_is_read_and_what_a_template_holds_is_not() -> None:
    inner = "".join(f"<p>{text}</p>" for text in PROSE)
    html = f"<html><body><x-article><template shadowrootmode='open'><div>{inner}</div></template></x-article></body></html>"
    assert body(html).text == "\n\n".join(PROSE)
    assert prose(*PROSE, f"<template><p>{STANDFIRST}, they say, and nobody has come.</p></template>") == list(PROSE)


def test_a_box_that_is_named_like_a_standfirst_and_holds_the_text_is_none() -> None:
    assert prose(f"<div class='card-deck'><p>{LEDE}</p><p>{SECOND}</p></div><p>Nobody has come.</p>") == [
        LEDE,
        SECOND,
        "Nobody has come.",
    ]


def test_a_form_around_the_whole_page_is_none() -> None:
    assert body(
        page(*PROSE).replace("<article>", "<form><article>").replace("</article>", "</article></form>")
    ).text == ("\n\n".join(PROSE))


# ── the top and the end ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "introduction",
    [
        f"<p>{TITLE}</p>", f"<p class='standfirst'>{STANDFIRST}</p>", f"<h2>{STANDFIRST}</h2>",
        f"<div class='article__sub-title'>{STANDFIRST}</div>", f"<p class='Article-Summary'>{STANDFIRST}</p>",
        f"<h2>{STANDFIRST + ', and its people wonder whether help will come this time' * 3}</h2>",
        "<p>17:41 GMT, November 16, 2026</p>", "<p>Published: 16 Nov 2026 17:41 | Updated: 16 Nov 2026 18:02</p>",
        "<p>2026年11月16日 17時41分</p>", "<p>20 Kasım 2026 • Güncelleme: 20 Kasım 2026</p>",
    ],
)  # fmt: skip
def test_what_introduces_the_article_is_no_part_of_its_text(introduction: str) -> None:
    assert body(page(introduction, *PROSE), standfirst=STANDFIRST).text == "\n\n".join(PROSE)


def test_the_articles_header_is_no_part_of_its_text() -> None:
    html = (
        page(*PROSE)
        .replace("<h1>", "<header><p>Lake wars</p><h1>")
        .replace("</h1>", f"</h1><p>{STANDFIRST}</p></header>")
    )
    assert body(html).text == "\n\n".join(PROSE)


def test_a_first_paragraph_that_describes_the_page_is_prose() -> None:
    assert body(page(*PROSE), standfirst=LEDE).text == "\n\n".join(PROSE)


def test_an_article_that_is_all_standfirst_keeps_it() -> None:
    assert body(page(f"<p class='standfirst'>{LEDE}</p>"), standfirst=LEDE).text == LEDE


def test_a_time_that_begins_a_sentence_stays() -> None:
    news = "14:05 Explosion heard at the harbour"
    assert prose(news, *PROSE) == [news, *PROSE]


def test_a_paragraph_is_told_once_and_short_answers_as_often_as_they_are_given() -> None:
    assert prose(LEDE, SECOND, "“No,” he said.", LEDE, "“No,” he said.", THIRD) == [
        LEDE,
        SECOND,
        "“No,” he said.",
        "“No,” he said.",
        THIRD,
    ]


@pytest.mark.parametrize(
    "prompt",
    ["Subscribe to continue reading", "This article is for subscribers", "Already a subscriber? Log in", "Jetzt weiterlesen",
     "Cet article est réservé aux abonnés", "この記事は会員限定です。", "Log in or create an account to continue"],
)  # fmt: skip
def test_a_prompt_to_pay_is_kept_apart_with_what_it_offers_left_out(prompt: str) -> None:
    offers = ("Unlimited access to all stories", "Cancel at any time")
    found = body(page(LEDE, SECOND, prompt, *offers))
    assert found.text == f"{LEDE}\n\n{SECOND}"
    assert found.prompts == (prompt,)


def test_prose_behind_a_prompt_stays() -> None:
    found = body(page(LEDE, "Subscribe to continue reading", SECOND, THIRD))
    assert (found.text, found.prompts) == ("\n\n".join(PROSE), ("Subscribe to continue reading",))


def test_read_more_tells_something_at_the_end_only() -> None:
    assert body(page(LEDE, "Continue reading", SECOND, THIRD)).prompts == ()
    assert body(page(LEDE, SECOND, "Continue reading…")).prompts == ("Continue reading…",)


@pytest.mark.parametrize(
    "sentence",
    [
        "Subscribers to continue the protest at noon.", "He told readers to register to vote.", "Photo shops have closed.",
        "Read the accord: it forbids this.", "Advertisement revenue fell.", "She joined our army at twelve.",
        "Share prices fell.", "The men follow us on foot.", "Watchmen: nobody has seen them since.", "Follow-up reports on Facebook differ.", "Related cases rose to nine.",
    ],
)  # fmt: skip
def test_short_sentences_that_sound_alike_are_prose(sentence: str) -> None:
    assert prose(LEDE, sentence, SECOND, THIRD) == [LEDE, sentence, SECOND, THIRD]


# ── texts that only scripts hold ─────────────────────────────────────────────────────────────


def script(text: str, kind: str = "") -> str:
    return f"<script{kind}>{text}</script>"


def markup() -> str:
    return "<h2>Sub</h2>" + "".join(f'<p class="x">{text}</p>' for text in PROSE) + "<p>$$AD$$</p>"


@pytest.mark.parametrize(
    "hidden",
    [
        script(json.dumps({"state": {"article": {"contentHtml": markup()}}}).replace("<", "\\u003c")),
        script("window.__STATE__ = " + json.dumps({"body": markup(), "teaser": "<p>x</p>"}) + ";"),
        script(
            "self.__next_f.push([1," + json.dumps("7:" + json.dumps({"html": markup()})).replace("<", "\\u003c") + "])"
        ),
        script(json.dumps({"@type": "NewsArticle", "articleBody": "\n\n".join(PROSE)}), " type='application/ld+json'"),
        script(json.dumps({"@type": "NewsArticle", "articleBody": markup()}), " type='application/ld+json'"),
        script(json.dumps({"articleBody": markup().replace("<", "&lt;").replace(">", "&gt;")})),
    ],
)
def test_a_text_that_the_browser_is_to_lay_out_is_found(hidden: str) -> None:
    html = f"<html><head><title>{TITLE}</title></head><body><div id='root'></div>{hidden}</body></html>"
    assert body(html).text == "\n\n".join(PROSE)


def test_what_linked_data_holds_completes_what_the_page_shows() -> None:
    hidden = script(json.dumps({"articleBody": "\n".join(PROSE * 2 + ("An end.",))}), " type='application/ld+json'")
    found = body(page(LEDE, "Subscribe to continue reading", after=hidden))
    assert found.text == "\n\n".join((*PROSE, "An end."))
    assert found.prompts == ("Subscribe to continue reading",)


def test_what_scripts_hold_of_other_articles_is_none() -> None:
    other = "".join(
        f"<p>{word * 30}</p>" for word in ("Harvest festival opens. ", "Apples are cheap. ", "Bands play. ")
    )
    hidden = script(json.dumps({"html": other})) + script(json.dumps({"articleBody": other * 3}))
    assert prose(LEDE, after=hidden) == [LEDE]
    with pytest.raises(RecordError, match="no text of an article"):
        body(f"<html><body><p>{TITLE}</p>{script(json.dumps({'html': other}))}</body></html>")


# ── parts ────────────────────────────────────────────────────────────────────────────────────


def test_keys_are_letters_and_digits() -> None:
    assert key("“Nine dead,”  officials\nsay") == key("nine DEAD: officials say!") == "ninedeadofficialssay"
    assert width("九人死亡") == 8 and width("nine") == 4


def test_elements_are_found_by_the_words_of_their_names() -> None:
    tree = parse_page(b"<html><body><p class='a Pull_Quote'>1<p id='by-author x'>2<p class='authority'>3", "", URL)
    assert [element.text for element in Names(tree).holding(("pull-quote", "-author-"))] == ["1", "2"]


def test_nothing_comes_of_nothing() -> None:
    assert trim([], set()) == ([], [])
    assert trim(["Advertisement"], set()) == ([], [])


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux tells")
def test_what_is_taken_out_of_a_page_is_given_back_to_the_system() -> None:
    html = page(*PROSE, before="<div>", after=f"<section>{'<i>x</i>' * 5_000}</section></div>").encode()
    prune(parse_page(html, "", URL))
    before = resident_bytes()
    for _ in range(60):
        prune(parse_page(html, "", URL))
    assert resident_bytes() - before < 10_000_000


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


TOKENS = st.sampled_from([
    "<p>", "</p>", "<div>", "</div>", "<a href=x>", "</a>", "<h2>", "<ul><li>", "<header><h1>", "<br>", LEDE, SECOND, TITLE,
    "<div class='author'>", "<span class='sr-only'>", "Read more: ", "<script>", '{"articleBody": "', "\\u003cp>", "</script>",
    "Subscribe to continue reading", "<table><tr><td>", "<time>", "<blockquote>", "<del>", "<form>", "\u2028", "&#x85;", "�",
])  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(TOKENS | st.text(max_size=8), max_size=25))
@example([LEDE, "<h2>", LEDE])
def test_any_soup_gives_storable_paragraphs_or_a_refusal(tokens: list[str]) -> None:
    try:
        found = body("<html><body>" + "".join(tokens).encode("utf-8", "replace").decode(), standfirst=SECOND)
    except RecordError as error:
        assert str(error).startswith(URL)
        return
    assert found.paragraphs
    for at in found.paragraphs:
        paragraph = found.text[at.start : at.end]
        assert paragraph and paragraph == " ".join(paragraph.split())
        assert not set(map(chr, [*range(32), *range(127, 160)])) & set(paragraph)
