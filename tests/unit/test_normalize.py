"""Normalizing a coder's answer."""

from dataclasses import replace
from datetime import date

import pytest
from support.make import article

from pipeline.errors import RecordError
from pipeline.events.normalize import CodedArticle, normalize_article
from pipeline.records import CodedClaim, CodedMention, Coding, Entity, PlaceName, Span

TEXT = "A missile hit Ganja. Azerbaijan accused Armenia. Armenia denied it."
DAY = date(2026, 11, 16)
ARMENIA = Entity(text="Armenia", country_code="ARM", role_code="GOV")
AZERBAIJAN = Entity(text="Azerbaijan", country_code="AZE", role_code="GOV")


def span(sentence: str) -> Span:
    start = TEXT.index(sentence)
    return Span(part="text", start=start, end=start + len(sentence))


ATTACK = CodedMention(
    number=1,
    type_code="ASSAULT",
    mode_codes=("heavy-weapons",),
    spans=(span("A missile hit Ganja."),),
    anchor=span("A missile hit Ganja."),
    recipients=(AZERBAIJAN,),
    start_date=DAY,
    place=PlaceName(text="Ganja", country_code="AZE"),
    rule="test",
)
ACCUSATION = CodedClaim(
    about=1, kind="actor", stance="accuses", span=span("Azerbaijan accused Armenia."), source=AZERBAIJAN,
    accused=ARMENIA, rule="test",
)  # fmt: skip
DENIAL = replace(ACCUSATION, stance="denies", span=span("Armenia denied it."), source=ARMENIA)


def coded(*mentions: CodedMention, claims: tuple[CodedClaim, ...] = ()) -> CodedArticle:
    version = article("v", title="Missile hits Ganja", text=TEXT)
    coding = Coding(document_id="v", coder="test/1", mentions=mentions, claims=claims)
    return CodedArticle(article=version, coding=coding, story_id="story-1", reported_date=DAY)


def test_a_mention_carries_its_sentence_place_and_day() -> None:
    (mention,) = normalize_article(coded(ATTACK)).mentions

    assert mention.sentence == "A missile hit Ganja."
    assert (mention.event_date, mention.event_end_date, mention.date_precision) == (DAY, DAY, "day")
    assert mention.place and mention.place.country_code == "AZE"
    assert mention.place.latitude == pytest.approx(40.68, abs=0.1)


def test_a_mention_without_a_date_says_so() -> None:
    (mention,) = normalize_article(coded(replace(ATTACK, start_date=None))).mentions

    assert (mention.event_date, mention.date_precision, mention.reported_date) == (None, "none", DAY)


def test_a_range_of_days_is_a_range() -> None:
    (mention,) = normalize_article(coded(replace(ATTACK, end_date=date(2026, 11, 18)))).mentions

    assert mention.date_precision == "range"


def test_a_denial_answers_the_accusation_about_the_same_happening() -> None:
    accusation, denial = normalize_article(coded(ATTACK, claims=(ACCUSATION, DENIAL))).claims

    assert denial.answers_claim_id == accusation.claim_id
    assert accusation.answers_claim_id is None


def test_a_denial_without_an_accusation_answers_nothing() -> None:
    (denial,) = normalize_article(coded(ATTACK, claims=(DENIAL,))).claims

    assert denial.answers_claim_id is None


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (replace(ATTACK, type_code="WAR"), "'WAR' is not one of PLOVER's"),
        (replace(ATTACK, mode_codes=("visit",)), "ASSAULT has no mode visit"),
        (replace(ATTACK, actors=(replace(ARMENIA, role_code="KING"),)), "no such role: KING"),
    ],
)
def test_codes_that_the_ontology_lacks_are_refused(wrong: CodedMention, says: str) -> None:
    with pytest.raises(RecordError, match=says):
        normalize_article(coded(wrong))


def test_a_claimant_has_a_role_of_the_ontology() -> None:
    with pytest.raises(RecordError, match="no such role: KING"):
        normalize_article(coded(ATTACK, claims=(replace(ACCUSATION, source=replace(ARMENIA, role_code="KING")),)))


def test_a_claim_about_nothing_known_is_refused() -> None:
    with pytest.raises(RecordError, match="mention 7, which is not there"):
        normalize_article(coded(ATTACK, claims=(replace(ACCUSATION, about=7),)))


def test_ids_are_the_same_each_time_and_differ_by_version() -> None:
    first = normalize_article(coded(ATTACK, claims=(ACCUSATION,)))
    again = normalize_article(coded(ATTACK, claims=(ACCUSATION,)))
    other = coded(ATTACK)
    changed = normalize_article(replace(other, article=replace(other.article, version_id="w")))

    assert first == again
    assert changed.mentions[0].mention_id != first.mentions[0].mention_id


def test_one_mention_more_leaves_the_ids_of_the_others() -> None:
    denial = replace(ATTACK, number=2, type_code="REJECT", mode_codes=(), anchor=span("Armenia denied it."))
    alone = normalize_article(coded(denial)).mentions
    both = normalize_article(coded(ATTACK, denial)).mentions

    assert alone[0].mention_id == both[1].mention_id


def test_two_mentions_of_one_kind_in_one_sentence_have_ids_of_their_own() -> None:
    twice = normalize_article(coded(ATTACK, replace(ATTACK, number=2))).mentions

    assert len({mention.mention_id for mention in twice}) == 2


def test_each_of_several_accused_in_one_sentence_has_a_claim_with_an_id_of_its_own() -> None:
    army = Entity(text="army", country_code="ARM", role_code="MIL")
    other = replace(ACCUSATION, accused=army)
    alone = normalize_article(coded(ATTACK, claims=(other,))).claims
    both = normalize_article(coded(ATTACK, claims=(ACCUSATION, other))).claims

    assert len({claim.claim_id for claim in both}) == 2
    assert both[1].claim_id == alone[0].claim_id

    denial = replace(other, stance="denies", span=span("Armenia denied it."), source=army)
    *_, denied = normalize_article(coded(ATTACK, claims=(ACCUSATION, other, denial))).claims
    assert denied.answers_claim_id == both[1].claim_id


def test_two_claims_that_only_their_rule_tells_apart_have_ids_of_their_own() -> None:
    twice = normalize_article(coded(ATTACK, claims=(ACCUSATION, replace(ACCUSATION, rule="other")))).claims

    assert len({claim.claim_id for claim in twice}) == 2
