"""The built-in coder end to end: what invented articles must give, and what odd texts must not do."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from time import process_time

import pytest
from fuzz.fuzz_coder import check_coding
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.coder.coder import NAME, BuiltinCoder
from pipeline.coder.reading import TEXT_MAX
from pipeline.events.bench import to_bench
from pipeline.records import CodedClaim, CodedMention, Coding, Document

CODER = BuiltinCoder()
ON = date(2021, 6, 10)  # a Thursday

ATTACK = """KADUNA, Nigeria, June 10 (Wire) - Gunmen on motorcycles killed at least 14 people in an attack on a village in Nigeria's northwestern Kaduna state on Tuesday, police said.

The attackers opened fire on farmers in the village of Rafin Dutse, police spokesman Ibrahim Salisu said in a statement on Wednesday.

"Fourteen people were killed and nine others were wounded," Salisu said."""
DENIAL = """Azerbaijan accused Armenia on Thursday of shelling the town of Tovuz, saying two civilians were killed.

Armenia denied the accusation. The European Union urged both sides to show restraint."""
MEETING = """The presidents of Chile and Peru will meet in Lima next week to discuss trade, Chile's foreign ministry said on Thursday."""
PROTEST = """ATHENS - Thousands of people marched through Athens on Wednesday to protest against cuts to pensions.

Demonstrators chanted slogans outside parliament. Police fired tear gas at a group of youths who threw stones."""
ARREST = """Police in Uganda arrested opposition leader Moses Kato on Monday, his party said.

The United States condemned the arrest and called on the government to release him."""
AID = """Germany delivered tents and food to victims of the floods in Mozambique on Friday. The aid was flown to the city of Beira."""
SPORT = """City beat Rovers 3-2 in a cup tie on Saturday, with striker Dan Hollis scoring twice in the second half.

The visitors took the lead through a penalty before the goalkeeper was beaten by a header from the midfielder Karl Weir.

The manager praised his players. City meet United in the semi-final of the league cup next month."""
WEATHER = """A cold front will bring rain to the coast this week, forecasters said. Temperatures are expected to fall by ten degrees."""


def code(text: str, title: str = "", on: date | None = ON, coder: BuiltinCoder = CODER) -> Coding:
    document = Document(document_id="d", title=title, text=text, published_on=on, source_name="Wire")
    coding = coder.code(document)
    check_coding(document, coding)
    return coding


def mentions(coding: Coding, type_code: str) -> list[CodedMention]:
    return [mention for mention in coding.mentions if mention.type_code == type_code]


def claims(coding: Coding, kind: str, stance: str = "asserts") -> list[CodedClaim]:
    return [claim for claim in coding.claims if (claim.kind, claim.stance) == (kind, stance)]


def countries(mention: CodedMention) -> tuple[list[str | None], list[str | None]]:
    return [actor.country_code for actor in mention.actors], [one.country_code for one in mention.recipients]


# ── articles ─────────────────────────────────────────────────────────────────────────────────


def test_an_attack_has_its_day_its_country_and_the_toll_that_police_give() -> None:
    coding = code(ATTACK, "Gunmen kill 14 villagers in Nigeria")
    [attack] = mentions(coding, "ASSAULT")
    assert (attack.start_date, attack.end_date, attack.status) == (date(2021, 6, 8), date(2021, 6, 8), "occurred")
    assert attack.place is not None and attack.place.country_code == "NGA"
    toll = claims(coding, "deaths")[0]
    assert (toll.about, toll.count_min, toll.count_max) == (attack.number, 14, None)
    assert toll.source is not None and (toll.source.country_code, toll.source.role_code) == ("NGA", "COP")
    assert [claim.count_min for claim in claims(coding, "injured")] == [9]
    assert len(attack.spans) > 2


def test_a_denial_is_tied_to_the_accusation_that_it_answers() -> None:
    coding = code(DENIAL)
    [accusation] = [mention for mention in mentions(coding, "ACCUSE") if countries(mention) == (["AZE"], ["ARM"])]
    assert mentions(coding, "REJECT") and mentions(coding, "REQUEST")
    accuses, denies = claims(coding, "actor", "accuses")[0], claims(coding, "actor", "denies")[0]
    assert (accuses.source and accuses.source.country_code, accuses.accused and accuses.accused.country_code) == (
        "AZE",
        "ARM",
    )
    assert denies.source is not None and denies.source.country_code == "ARM"
    assert denies.about == accuses.about is not None
    document = Document(document_id="d", title="", text=DENIAL, published_on=ON)
    normal = check_coding(document, coding)
    answered = {claim.answers_claim_id for claim in normal.claims if claim.stance == "denies"}
    assert answered == {next(claim.claim_id for claim in normal.claims if claim.stance == "accuses")}
    assert accusation.start_date == ON


def test_a_denied_accusation_is_no_accusation_by_the_denier() -> None:
    accusers = {claim.source and claim.source.country_code for claim in claims(code(DENIAL), "actor", "accuses")}
    assert accusers == {"AZE"}


@pytest.mark.parametrize(
    "sentence", ["No group has claimed responsibility.", "The rebels have not claimed responsibility."]
)
def test_responsibility_that_nobody_claims_is_no_admission(sentence: str) -> None:
    assert claims(code(f"{ATTACK} {sentence}"), "actor", "admits") == []
    [admission] = claims(code(f"{ATTACK} The rebels claimed responsibility for the attack."), "actor", "admits")
    assert admission.source is not None and "rebels" in admission.source.text


def test_a_meeting_to_come_is_planned() -> None:
    coding = code(MEETING, "Presidents of Chile and Peru to meet")
    assert {mention.status for mention in coding.mentions if mention.type_code in ("AGREE", "CONSULT")} == {"planned"}
    assert {country for mention in coding.mentions for country in countries(mention)[0]} == {"CHL", "PER"}


def test_a_march_is_a_protest_where_and_when_it_was() -> None:
    coding = code(PROTEST, "Thousands protest in Athens")
    protest = mentions(coding, "PROTEST")[0]
    assert (protest.start_date, protest.status) == (date(2021, 6, 9), "occurred")
    assert protest.place is not None and (protest.place.text, protest.place.country_code) == ("Athens", "GRC")
    assert "demo" in protest.mode_codes
    [force] = mentions(coding, "ASSAULT")
    assert [actor.role_code for actor in force.actors] == ["COP"]


def test_an_arrest_is_coercion_and_its_condemnation_an_accusation() -> None:
    coding = code(ARREST, "Ugandan police arrest opposition leader")
    [arrest] = mentions(coding, "COERCE")
    assert [(actor.country_code, actor.role_code) for actor in arrest.actors] == [("UGA", "COP")]
    assert ("Moses Kato", "OPP") in {(one.text, one.role_code) for one in arrest.recipients}
    assert (arrest.start_date, "arrest" in arrest.mode_codes) == (date(2021, 6, 7), True)
    assert any(countries(mention)[0] == ["USA"] for mention in mentions(coding, "ACCUSE"))
    assert any(countries(mention)[0] == ["USA"] for mention in mentions(coding, "REQUEST"))


def test_help_that_was_given_is_aid() -> None:
    [aid] = mentions(code(AID, "German aid reaches Mozambique"), "AID")
    assert countries(aid)[0] == ["DEU"] and "MOZ" in countries(aid)[1]


@pytest.mark.parametrize("text", [SPORT, WEATHER], ids=["sport", "weather"])
def test_what_is_no_politics_tells_nothing(text: str) -> None:
    coding = code(text)
    assert (coding.mentions, coding.claims) == ((), ())


def test_without_a_day_of_publication_weekdays_have_no_date() -> None:
    [attack] = mentions(code(ATTACK, on=None), "ASSAULT")
    assert attack.start_date is None


def test_codings_are_written_as_the_scorer_reads_them() -> None:
    row = to_bench(code(ATTACK, "Gunmen kill 14 villagers in Nigeria"))
    assert set(row) == {"id", "events", "claims"}
    [attack] = [event for event in row["events"] if event["type"] == "ASSAULT"]
    assert attack["date"] == {"start": "2021-06-08", "end": "2021-06-08"}
    assert attack["mentions"][0] == "title" and all(len(place) == 2 for place in attack["mentions"][1:])
    toll = next(claim for claim in row["claims"] if claim["kind"] == "deaths")
    assert (toll["about"], toll["min"], toll["source"]["role"]) == (attack["eid"], 14, "COP")


# ── always the same ──────────────────────────────────────────────────────────────────────────

PRINT = (
    "from datetime import date; from pipeline.coder.coder import BuiltinCoder; from pipeline.records import Document; import sys;"
    "print(ascii(BuiltinCoder().code(Document(document_id='d', title='', text=sys.argv[1], published_on=date(2021, 6, 10)))))"
)


def test_the_order_of_hashes_does_not_matter() -> None:
    text = f"{DENIAL}\n\n{ARREST}"

    def coded(seed: str) -> str:
        environment = os.environ | {"PYTHONHASHSEED": seed}
        return subprocess.run(
            [sys.executable, "-c", PRINT, text], env=environment, capture_output=True, text=True, check=True
        ).stdout

    first = coded("1")
    assert "ACCUSE" in first
    assert first == coded("2")


def test_ids_stay_when_an_article_is_coded_again() -> None:
    document = Document(document_id="d", title="", text=DENIAL, published_on=ON)
    first, second = (check_coding(document, BuiltinCoder().code(replace(document))) for _ in range(2))
    assert first == second
    assert len(first.mentions) > 2 and len(first.claims) > 2


def test_a_coding_says_who_made_it() -> None:
    assert code("Nothing.").coder == CODER.name == NAME


# ── bad input ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    ["", " \n\t ", "Attack", "ATTACK", "“", "👩‍🚀🔥", "\0\x07\x1b[2J\x85", "\ud800\udfff", "no\n\n\nstops\n\n" * 50],
    ids=["nothing", "blank", "word", "capitals", "quote", "emoji", "controls", "surrogates", "no stops"],
)
def test_a_text_that_says_nothing_tells_nothing(text: str) -> None:
    assert (code(text, on=None).claims, code(text, title=text).claims) == ((), ())
    assert code(text).mentions == ()


@pytest.mark.parametrize(
    "text",
    [
        "Вооружённые люди убили 14 жителей деревни в Нигерии, сообщила полиция.",
        "قتل مسلحون ١٤ قرويا في نيجيريا، حسبما قالت الشرطة.",
        "警察は火曜日、ナイジェリアの村で武装集団が14人を殺害したと発表した。",
        "Des hommes armés ont tué 14 villageois mardi au Nigeria, selon la police.",
    ],
    ids=["Russian", "Arabic", "Japanese", "French"],
)
def test_another_language_gives_no_toll(text: str) -> None:
    assert claims(code(text), "deaths") == []


def test_capitals_throughout_are_still_read() -> None:
    [attack] = mentions(code("GUNMEN KILLED 14 VILLAGERS IN NIGERIA ON TUESDAY, POLICE SAID."), "ASSAULT")
    assert attack.start_date == date(2021, 6, 8)


def test_an_article_without_punctuation_is_still_read() -> None:
    coding = code("gunmen killed 14 villagers in Nigeria on Tuesday police said\n\nnine others were wounded they said")
    assert mentions(coding, "ASSAULT")


def test_a_quotation_that_never_closes_swallows_nothing() -> None:
    [attack, *_] = mentions(code("“We will not surrender, the rebels said. " + ATTACK), "ASSAULT")
    assert attack.start_date == date(2021, 6, 8)


def test_emoji_and_controls_between_words_do_not_hide_an_attack() -> None:
    text = "🔥🔥 Gunmen killed 14 villagers\x07 in Nigeria \u202eon\u202c Tuesday\0, police said. \ud83d"
    assert mentions(code(text, title="👩‍🚀 \ud800"), "ASSAULT")


def test_a_table_of_results_tells_nothing() -> None:
    table = "\n".join(f"Team {n}  {n} {n % 3} {n % 5}  {2 * n}-{n}" for n in range(60))
    coding = code(table)
    assert (coding.mentions, coding.claims) == ((), ())


def test_a_sentence_without_end_is_read_up_to_a_bound() -> None:
    coding = code(ATTACK.replace("\n\n", " ") + " and shelled the town of Goma on Monday and" * 2_200)
    assert mentions(coding, "ASSAULT")


def test_a_megabyte_is_cut_with_a_note() -> None:
    coding = code("attack " * 150_000, on=None)
    assert coding.notes == (f"text cut at {TEXT_MAX} of 1050000 characters",)
    assert code(ATTACK).notes == ()


LIVE = (
    "10:{:02d} — Rebels shelled the market of the lakeside town of Goma on Monday, killing {} people, most of them women and children, officials of the province said.",
    "10:{:02d} — Rwanda denied the accusation, and {} soldiers were wounded in a clash at the border, a spokesman for the army said in a short statement on Tuesday.",
    "10:{:02d} — President Anna Soler will meet the king of Jordan in Geneva next week, one of her {} closest aides said, and they will talk about the refugees.",
    "10:{:02d} — We have moved our coverage to another page, and here is all that you need to know, in {} points and as many pictures, about the lake.",
)


def live_blog(entries: int) -> Document:
    text = "\n\n".join(LIVE[n % 4].format(n % 60, n % 17 + 2) for n in range(entries))
    return Document(document_id="d", title="Live: rebels shell Goma", text=text, published_on=ON)


def test_a_live_blog_of_ten_thousand_words_takes_no_more_than_its_share_of_time() -> None:
    def timed(entries: int) -> tuple[Coding, float]:
        started = process_time()
        return CODER.code(live_blog(entries)), process_time() - started

    timed(4)
    (_, short), (coding, long) = timed(95), timed(380)
    assert len(live_blog(380).text.split()) > 10_000
    assert long < 10 * short + 0.5
    check_coding(live_blog(380), coding)
    assert mentions(coding, "ASSAULT") and claims(coding, "deaths")


NEWS = (
    "Israel Armenia's police killed wounded 14 at least dozens of between 9 and 3 said denied accused by in Gaza on Monday , . “ ” \" - "
    "hostages protesters Prime Minister Jan Novak the that and talks attack 2020 according to he they which U.S. no \n\n \0 \ud800 🔥"
)
NEWS_WORDS = st.sampled_from(NEWS.split(" "))
TEXTS = st.one_of(st.text(max_size=300), st.lists(NEWS_WORDS, max_size=70).map(" ".join))


@settings(max_examples=40)
@given(title=TEXTS, text=TEXTS, on=st.none() | st.dates())
def test_any_text_gives_a_sound_coding_and_the_same_one_twice(title: str, text: str, on: date | None) -> None:
    assert code(text, title, on) == code(text, title, on)
