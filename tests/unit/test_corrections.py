"""Corrections: what an outlet says that it put right, and nothing that only sounds so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.articles.corrections import CORRECTION_MAX, read_correction
from pipeline.articles.names import Names
from pipeline.articles.page import parse_page

NEWS = "<p>Rebels shelled the market of the lakeside town at dawn on Monday, killing nine people.</p>"


def correction(part: str) -> str | None:
    return read_correction(parse_page(f"<html><body><article>{NEWS}{part}</article></body></html>".encode(), "", "u"))


@pytest.mark.parametrize(
    "note",
    [
        "Correction: Nine people died, not ten.", "CORRECTION — Nine people died, not ten.", "Corrections & clarifications: Nine died.",
        "Correction (16 November 2026): Nine died.", "Correction, Nov. 16: Nine died, not ten.", "Clarification: The army denies it.",
        "This article was amended on 16 November 2026 to correct the number of the dead.", "This story has been updated to clarify who fired.",
        "An earlier version of this article misstated the number of the dead.", "A previous version of this story named the wrong town.",
        "Editor's note: An earlier version gave a wrong number.", "Editor’s Note — This report was corrected on Monday.",
        "Korrektur: Neun Menschen starben.", "In einer früheren Version dieses Artikels hieß es, zehn Menschen seien gestorben.",
        "Rectificatif : neuf personnes sont mortes.", "Fe de errores: murieron nueve personas.", "Errata: morreram nove pessoas.",
        "【訂正】死者は九人でした。", "訂正：死者は九人でした。", "Исправление: погибли девять человек.", "تصحيح: قتل تسعة أشخاص",
    ],
)  # fmt: skip
def test_a_paragraph_that_corrects_is_found(note: str) -> None:
    assert correction(f"<p><em>{note}</em></p>{NEWS}") == note


@pytest.mark.parametrize(
    "prose",
    [
        "Correction officers struck on Monday.", "A correction in markets: shares fell.", "Correction in sight for markets: analysts",
        "An earlier version of this bill failed.", "A previous version of the accord was signed here.", "The clarification: none.",
        "Editor's note: This report describes violence.", "Editor’s note: A. Writer is a professor of law.", "Update: The governor corrected the toll.",
        "The original version of this painting hangs in Goma.", "This article of the accord has been amended twice.", "Clarification was asked of the army.",
    ],
)  # fmt: skip
def test_a_paragraph_that_only_sounds_so_is_none(prose: str) -> None:
    assert correction(f"<p>{prose}</p>") is None


def test_a_box_that_is_named_so_is_read_with_its_lines() -> None:
    box = "<aside class='Correction-box'><h3>Correction</h3><p>The number of the dead was misstated.</p></aside>"
    assert correction(box) == "Correction The number of the dead was misstated."
    assert (
        correction("<footer><div id='editors_note'><p>The toll has been corrected.</p></div></footer>")
        == "The toll has been corrected."
    )


@pytest.mark.parametrize(
    "other",
    ["<div class='report-correction'><a href=x>Report a correction or typo</a></div>",
     "<div class='editors-note'><p>A. Writer is a professor of law in Goma.</p></div>",
     "<div class='comments'><p>Correction: you are wrong, it was ten.</p></div>",
     "<ul id='comment-list'><li>Correction: you are wrong.</li></ul>"],
)  # fmt: skip
def test_links_to_report_one_notes_on_authors_and_comments_are_none(other: str) -> None:
    assert correction(other) is None


def test_only_the_beginning_of_a_long_one_is_kept() -> None:
    found = correction(f"<p>Correction: {'nine, not ten ' * 100}</p>")
    assert found and len(found) <= CORRECTION_MAX and found.endswith("…")


def test_names_at_hand_are_used() -> None:
    tree = parse_page(
        f"<html><body>{NEWS}<div class=correction>The toll was misstated.</div></body></html>".encode(), "", "u"
    )
    assert read_correction(tree, Names(tree)) == read_correction(tree) == "The toll was misstated."


@given(st.text(max_size=60))
def test_any_paragraph_is_a_correction_or_none(text: str) -> None:
    tree = parse_page(b"<html><body><p>x</p></body></html>", "", "u")
    tree.find(".//p").text = "".join(c for c in text if c.isprintable())
    assert read_correction(tree) in {None, " ".join(tree.find(".//p").text.split())}
