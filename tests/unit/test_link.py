"""Linking mentions to events."""

from datetime import date
from itertools import permutations

import pytest

from pipeline.events.link import Linked, link_mentions, similarity
from pipeline.records import Entity, Mention, Place, make_id

DAY = date(2026, 11, 16)


def party(code: str | None, role: str = "GOV") -> Entity:
    return Entity(text=code or "somebody", country_code=code, role_code=role)


def place(name: str, code: str = "AZE", precision: str = "place") -> Place:
    return Place(name=name, country_code=code, admin1=None, latitude=1.0, longitude=2.0, precision=precision)  # type: ignore[arg-type]


def mention(article: str, **changes: object) -> Mention:
    fields: dict[str, object] = {
        "mention_id": make_id(article, changes.get("type_code"), changes.get("sentence")),
        "day": DAY,
        "version_id": make_id(article),
        "article_id": make_id(article),
        "source_id": article,
        "story_id": make_id("story", article),
        "type_code": "ASSAULT",
        "mode_codes": (),
        "status": "occurred",
        "salience": "main",
        "event_date": DAY,
        "event_end_date": DAY,
        "date_precision": "day",
        "reported_date": DAY,
        "actors": (),
        "recipients": (party("AZE", "CVL"),),
        "place": place("Shamkir"),
        "sentence": "A missile hit a market in Shamkir and killed seven people.",
        "sentence_start": 0,
        "sentence_end": 10,
        "spans": (),
        "rule": "test",
        "coder": "test",
    }
    return Mention(**(fields | changes))  # type: ignore[arg-type]


def events_of(*mentions: Mention) -> int:
    return len(link_mentions(mentions, [])[0])


def test_two_reports_of_one_happening_are_one_event() -> None:
    other = mention("b", sentence="Seven died when a missile struck the Shamkir market.")

    assert events_of(mention("a"), other) == 1


def test_both_sides_of_a_contested_attack_tell_of_one_event() -> None:
    accusing = mention("a", actors=(party("ARM", "MIL"),))
    denying = mention("b", actors=(), recipients=(), sentence="A blast in Shamkir killed people at a market.")

    assert events_of(accusing, denying) == 1


@pytest.mark.parametrize(
    "different",
    [
        {"place": place("Goris", "ARM"), "recipients": (party("ARM"),)},
        {"place": place("Ganja")},
        {"event_date": date(2026, 11, 12), "event_end_date": date(2026, 11, 12)},
        {"type_code": "PROTEST"},
        {"status": "planned"},
    ],
)
def test_another_place_day_type_or_status_is_another_event(different: dict[str, object]) -> None:
    assert events_of(mention("a"), mention("b", **different)) == 2


def test_reports_from_one_spot_on_one_day_agree_although_they_name_other_parties() -> None:
    ours = mention("a", recipients=(party("PAK", "COP"),), actors=(party("AFG", "REB"),))
    theirs = mention("b", recipients=(party("CHN", "CVL"),), sentence="Thirteen people died in a blast near a bus.")

    assert events_of(ours, theirs) == 1


def test_the_happenings_of_one_article_stay_apart() -> None:
    first = mention("a")
    second = mention("a", sentence="A second missile hit the market of Shamkir an hour later.")

    assert events_of(first, second) == 2


def test_one_sentence_coded_twice_is_one_event_unless_it_names_two_places() -> None:
    twice = mention("a", mention_id=make_id("again"), recipients=())
    elsewhere = mention("a", mention_id=make_id("elsewhere"), place=place("Ganja"))

    assert events_of(mention("a"), twice) == 1
    assert events_of(mention("a"), elsewhere) == 2


def test_statements_of_two_parties_are_two_events() -> None:
    ours = mention("a", type_code="ACCUSE", actors=(party("AZE"),), recipients=(party("ARM"),), place=None)
    theirs = mention("b", type_code="ACCUSE", actors=(party("ARM"),), recipients=(party("AZE"),), place=None)

    assert events_of(ours, theirs) == 2


def test_a_later_report_joins_the_event_of_the_day_before() -> None:
    first = mention("a")
    later = mention("b", day=date(2026, 11, 17), reported_date=date(2026, 11, 17))

    events, links = link_mentions([later], [Linked(mention=first, event_id="known")])

    assert events == []
    assert [link.event_id for link in links] == ["known"]
    assert links[0].rule == f"like {first.mention_id}"


def test_the_order_of_the_mentions_does_not_matter() -> None:
    some = [mention("a"), mention("b"), mention("c", place=place("Ganja"))]

    outcomes = {
        tuple(sorted((link.mention_id, link.event_id) for link in link_mentions(order, [])[1]))
        for order in permutations(some)
    }

    assert len(outcomes) == 1


def test_similarity_is_symmetric_and_bounded() -> None:
    a, b = mention("a"), mention("b", event_date=None, event_end_date=None, place=None)

    assert similarity(a, b) == similarity(b, a)
    assert 0 <= similarity(a, b) <= similarity(a, a) == 1
