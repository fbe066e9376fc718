"""Datelines and credits: who reports from where, and no sentence is ever taken for either."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.articles.agencies import credit_agency, find_agency
from pipeline.articles.dateline import read_dateline


@pytest.mark.parametrize(
    ("head", "place", "agency"),
    [
        ("GOMA, Congo (Reuters) — ", "GOMA, Congo", "Reuters"),
        ("WASHINGTON (AP) - ", "WASHINGTON", "AP"),
        ("KYIV, Nov 16 (Reuters) - ", "KYIV", "Reuters"),
        ("PARIS, 16 November 2026 (AFP) – ", "PARIS", "AFP"),
        ("QUETTA, Pakistan, Nov 17 (Meridian) - ", "QUETTA, Pakistan", None),
        ("GOMA (Congo), Nov 16 - ", "GOMA", None),
        ("Islamabad: ", "Islamabad", None),
        ("LAHORE:", "LAHORE", None),
        ("By Our Correspondent\nLAHORE: ", "LAHORE", None),
        ("By A. Writer and B. Writer\n\nGOMA, Congo (AP) — ", "GOMA, Congo", "AP"),
        ("Staff Reporter\n\nQUETTA:\n\n", "QUETTA", None),
        ("(Reuters) - ", None, "Reuters"),
        ("(AFP) – ", None, "AFP"),
        ("KARACHI/ISLAMABAD: ", "KARACHI/ISLAMABAD", None),
        ("BEIRUT/JERUSALEM (Reuters) - ", "BEIRUT/JERUSALEM", "Reuters"),
        ("NEW DELHI — ", "NEW DELHI", None),
        ("Berlin (dpa) - ", "Berlin", "dpa"),
        ("Kiew (dpa/AFP) ― ", "Kiew", "dpa"),
        ("Madrid, 16 nov (EFE).- ", "Madrid", "EFE"),
        ("MADRID, 16 Nov. (EUROPA PRESS) - ", "MADRID", "Europa Press"),
        ("(ANSA) - ROMA, 16 NOV - ", "ROMA", "ANSA"),
        ("MOSCOW, November 16. /TASS/. ", "MOSCOW", "TASS"),
        ("МОСКВА, 16 ноя — РИА Новости. ", "МОСКВА", "RIA Novosti"),
        ("KYIV. Nov 16 (Interfax-Ukraine) – ", "KYIV", "Interfax-Ukraine"),
        ("BEIJING, Nov. 16 (Xinhua) -- ", "BEIJING", "Xinhua"),
        ("ISLAMABAD, Nov 16 (APP): ", "ISLAMABAD", "APP"),
        ("New Delhi, Nov 16 (PTI) ", "New Delhi", "PTI"),
        ("New Delhi [India], November 16 (ANI): ", "New Delhi", "ANI"),
        ("NAIROBI, Kenya, Nov 16 – ", "NAIROBI, Kenya", None),
        ("KALO VILLAGE, Kenya — ", "KALO VILLAGE, Kenya", None),
        ("Port-au-Prince, Nov. 16 (AP) - ", "Port-au-Prince", "AP"),
        ("SACRAMENTO, Calif. (AP) — ", "SACRAMENTO, Calif.", "AP"),
        ("UNITED NATIONS — ", "UNITED NATIONS", None),
        ("Goma, Congo — ", "Goma, Congo", None),
        ("Goma – ", "Goma", None),
        ("GOMA (Radio Lac) — ", "GOMA", None),
        ("İSTANBUL (AA) - ", "İSTANBUL", "AA"),
        ("القاهرة (رويترز) - ", "القاهرة", "Reuters"),
        ("新华社北京11月16日电 ", "北京", "Xinhua"),
        ("(서울=연합뉴스) ", "서울", "Yonhap"),
        ("【ワシントン共同】", "ワシントン", "Kyodo"),
    ],
)
def test_a_dateline_gives_place_and_agency_and_where_the_report_begins(
    head: str, place: str | None, agency: str | None
) -> None:
    text = f"{head}Rebels took the town on Monday."
    dateline = read_dateline(text)
    assert dateline and (dateline.place, dateline.agency) == (place, agency)
    assert text[dateline.end :] == "Rebels took the town on Monday."


@pytest.mark.parametrize(
    "sentence",
    [
        "", ":", "—", "(", "()", "() - x", "The president – who lost – said on Monday", "Washington – which is far – said nothing",
        "Paris — the city of light — is dark", "Paris — City of Light — is dark", "EXCLUSIVE — Rebels took Goma",
        "BREAKING: Rebels took Goma", "WATCH: Video shows rebels", "Q: What happened?", "FACT CHECK: Did rebels take Goma?",
        "Russia – Ukraine talks begin", "London – Paris trains stop", "London — Paris trains stop. And so on",
        "On Monday, 16 November – the day after", "Police said: “We took Goma”", "Photo (AFP) - A man looks on",
        "Goma fell on Monday (Reuters reported) - and then", "He said that the AP (AP) - was wrong",
        "Rebels killed nine people in Goma, Congo — the largest town", "Iraq: five dead in blast", "Petrov: We will win",
        "A man, 45, was killed", "10:30 - Explosion heard", "Live: Rebels take Goma", "NINE DEAD: Police", "Analysis — What next",
        "President Joe Moro (AP) said", "Mr. Moro (D) — a senator", "Goma beat Bukavu 2-1: report", "Israel-Hamas war: what we know",
        "GOMA", "GOMA fell.", "Goma, Congo", "In Goma: a report", "Rebels.\nLAHORE: Police",
    ],
)  # fmt: skip
def test_a_sentence_is_no_dateline(sentence: str) -> None:
    assert read_dateline(sentence) is None


@pytest.mark.parametrize(
    ("authors", "agency"),
    [
        (["AFP"], "AFP"), (["Reuters and staff"], "Reuters"), (["Agencies"], None), (["The Associated Press"], "AP"),
        (["A. Writer, Associated Press"], "AP"), (["A. Writer", "B. Writer | Reuters"], "Reuters"), (["By AP"], "AP"),
        (["dpa/bb"], "dpa"), (["Agence France-Presse in Goma"], "AFP"), (["Staff with AFP"], "AFP"), (["TASS Correspondent"], "TASS"),
        (["Ana Moro"], None), (["Mia"], None), (["Map"], None), (["Staff"], None), ([], None), (["Reutersward"], None),
    ],
)  # fmt: skip
def test_a_byline_credits_an_agency(authors: list[str], agency: str | None) -> None:
    assert credit_agency("Rebels took the town.", authors) == agency


@pytest.mark.parametrize(
    ("end", "agency"),
    [
        ("\n\n— Reuters", "Reuters"), ("\n\n(AFP)", "AFP"), (" (AFP)", "AFP"), (" — AP", "AP"), (" –IANS", "IANS"), ("\n\nReuters", "Reuters"),
        ("\n\nAFP/ab", "AFP"), ("\n\nSource: Xinhua", "Xinhua"), (" /TASS/", "TASS"), ("\n\nWith files from The Associated Press and A. Writer", "AP"),
        ("\n\nAdditional reporting by A. Writer and PA", "PA Media"), ("\n\n(AP)\n\nA. Writer is our correspondent in Goma.", "AP"),
        ("\n\n-Agencies", None), (" He told Reuters.", None), ("\n\nHe (AP) said so.", None), (" (Reuters reported it).", None),
        ("\n\nReporting by A. Writer in Goma; Editing by B. Writer", None), ("\n\nReuters said it had asked the army.", None),
    ],
)  # fmt: skip
def test_a_line_at_the_end_credits_an_agency(end: str, agency: str | None) -> None:
    assert credit_agency(f"Rebels took the town on Monday, the governor said.{end}", []) == agency


def test_agencies_know_their_country() -> None:
    known = {
        name: agency.country_code
        for name in ("AFP", "رويترز", "新华社", "canadian press")
        if (agency := find_agency(name))
    }
    assert known == {"AFP": "FRA", "رويترز": "GBR", "新华社": "CHN", "canadian press": "CAN"}


PIECES = st.sampled_from(
    [
        "GOMA",
        "Goma",
        ", ",
        "Congo",
        " (",
        "(",
        ")",
        "Reuters",
        "AP",
        " - ",
        "—",
        "–",
        ":",
        "/",
        "Nov 16",
        "16 ",
        ".",
        "\n",
        "[",
        "]",
        "新华社",
        "11月16日电",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.text(max_size=4), max_size=14).map("".join))
@example("A, " * 100)
def test_any_head_gives_a_part_of_itself_or_nothing(text: str) -> None:
    dateline = read_dateline(text)
    credit_agency(text, [text])
    if dateline:
        assert 0 < dateline.end <= len(text)
        assert dateline.place or dateline.agency
        assert dateline.place is None or dateline.place in text


@pytest.mark.parametrize(
    "piece", ["A", "A ", "A, ", "A/", "(", "A (", "- ", "— ", "A. ", "16 ", "Goma ", ":", "\n", "A\n", "\t"]
)
def test_no_head_takes_long(piece: str) -> None:
    start = time.process_time()
    read_dateline(piece * 300_000)
    credit_agency(piece * 300_000, [piece * 20_000])
    assert time.process_time() - start < 8
