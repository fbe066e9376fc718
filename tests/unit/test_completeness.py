"""Completeness: who asks for money, and whose page has only the start of the text."""

import pytest

from pipeline.articles.completeness import Walls, asks_to_pay, asks_to_read_on, judge, read_walls
from pipeline.articles.names import Names
from pipeline.articles.page import parse_page

START = "Rebels shelled the market of the lakeside town at dawn on Monday, killing nine people, the governor said."
WHOLE = "\n\n".join(
    f"{START} {number} more were wounded, and the army blamed the northern movement." for number in range(10)
)


def walls(part: str, head: str = "") -> Walls:
    page = f"<html><head>{head}</head><body><article><p>{START}</p></article>{part}</body></html>"
    return read_walls(parse_page(page.encode(), "", "u"))


def test_a_free_and_whole_text_is_neither() -> None:
    for is_free in (None, True):
        found = judge(WHOLE, is_free=is_free, feed_summary=START)
        assert (found.is_paywalled, found.is_truncated, found.reasons) == (False, False, ())


def test_a_whole_text_behind_a_wall_is_paywalled_and_not_truncated() -> None:
    for found in (
        judge(WHOLE, is_free=False),
        judge(WHOLE, prompts=["Subscribe to continue reading"]),
        judge(WHOLE, walls=Walls(stated=("the content tier is metered",))),
    ):
        assert (found.is_paywalled, found.is_truncated) == (True, False)
        assert found.reasons


def test_a_teaser_before_a_wall_is_both() -> None:
    for found in (
        judge(START, is_free=False),
        judge(START, prompts=["This article is for subscribers"]),
        judge(START, is_free=False, prompts=["Continue reading"]),
        judge(START, walls=Walls(boxed=("Subscribe to continue reading",))),
        judge("星期一黎明，叛军炮击湖边小镇的市场，造成九人死亡。", prompts=["この記事は会員限定です。"]),
    ):
        assert (found.is_paywalled, found.is_truncated) == (True, True)
        assert len(found.reasons) == 2


def test_a_box_beside_a_whole_text_tells_nothing() -> None:
    found = judge(WHOLE, walls=Walls(boxed=("Subscribe to continue reading",)))
    assert (found.is_paywalled, found.is_truncated) == (False, False)


@pytest.mark.parametrize("end", ["…", "...", " […]", " [...]", " (…)", "… ", " [+1234 chars]"])
def test_a_text_that_breaks_off_is_truncated(end: str) -> None:
    found = judge((WHOLE + end).strip())
    assert (found.is_paywalled, found.is_truncated) == (False, True)
    assert "the text ends with" in found.reasons[0]


@pytest.mark.parametrize("end", [" “We wait…”", " He paused … and went on.", "?", ":", ")", " [sic]"])
def test_other_ends_are_ends(end: str) -> None:
    assert not judge(WHOLE + end).is_truncated


def test_a_link_to_the_rest_tells_of_one() -> None:
    assert judge(START, prompts=["Read more"]).is_truncated
    assert not judge(WHOLE, prompts=["Read more"]).is_truncated
    assert not judge(START, prompts=["Read more"]).is_paywalled


def test_no_more_text_than_the_feed_gives_is_a_start() -> None:
    assert judge(START, feed_summary=f"<p>{START}").is_truncated
    assert judge(START[:-20], feed_summary=START).reasons == ("no more text than in the feed's summary",)
    assert not judge(f"{START} {START} And so on.", feed_summary=START).is_truncated
    assert not judge(WHOLE, feed_summary=WHOLE).is_truncated
    assert not judge(START, feed_summary="").is_truncated


@pytest.mark.parametrize(
    ("part", "head", "expected"),
    [
        ("", "<meta property='article:content_tier' content='locked'>", Walls(stated=("the content tier is locked",))),
        ("", "<meta name='article:content_tier' content=' Metered '>", Walls(stated=("the content tier is metered",))),
        ("", "<meta property='article:content_tier' content='free'>", Walls()),
        ("<meta itemprop='isAccessibleForFree' content='False'>", "", Walls(stated=("isAccessibleForFree is false",))),
        ("<span itemprop='isAccessibleForFree'>true</span>", "", Walls()),
        ("<div class='c-Paywall'><h2>Subscribe now to read on</h2><p>From 1 a month</p></div>", "", Walls(boxed=("Subscribe now to read on",))),
        ("<div id='reg_wall'><p>Register to continue</p></div>", "", Walls(boxed=("Register to continue",))),
        ("<div class='paywall' style='display: none'><p>Subscribe to read on</p></div>", "", Walls()),
        ("<div class='paywall' hidden><p>Subscribe to read on</p></div>", "", Walls()),
        ("<p class='paywall'>The army denied it.</p><div class='wallpaper'>Subscribe to read on</div>", "", Walls()),
    ],
)  # fmt: skip
def test_a_page_says_that_it_has_a_wall(part: str, head: str, expected: Walls) -> None:
    assert walls(part, head) == expected
    tree = parse_page(f"<html><head>{head}</head><body><p>x</p>{part}</body></html>".encode(), "", "u")
    assert read_walls(tree, Names(tree)) == expected


@pytest.mark.parametrize(
    "line",
    ["Subscribe to continue reading", "SIGN IN TO READ", "Create your free account to continue", "You’ve reached your limit of free articles",
     "Dieser Text ist exklusiv für Abonnentinnen", "Contenido exclusivo para suscriptores", "Артикул: только для подписчиков", "有料会員になると全文をお読みいただけます"],
)  # fmt: skip
def test_a_prompt_is_one_in_many_languages(line: str) -> None:
    assert asks_to_pay(line)


@pytest.mark.parametrize(
    "line",
    ["He told subscribers that the paper would close.", "She subscribes to the theory.", "Members only met once.", "", "…",
     "Subscribe " + "to continue reading, they said, is what the paper’s page told its readers for years. " * 3,
     "A ban on subscriber data was lifted.", "Police register new cars."],
)  # fmt: skip
def test_a_sentence_about_subscribers_is_none(line: str) -> None:
    assert not asks_to_pay(line) and not asks_to_read_on(line)
