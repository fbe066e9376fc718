"""Who did it and who underwent it: what is known of a party beside the word that tells an event."""

import numpy as np
import pytest

from pipeline.coder.arguments import (
    ACTOR,
    RECIPIENT,
    Scene,
    argument_features,
    prominences,
    scene_of,
    vacancy_features,
)
from pipeline.coder.casting import Standing, census, side_rows, sides
from pipeline.coder.parties import Party, find_parties
from pipeline.coder.reading import Reading, read
from pipeline.coder.sentences import View
from pipeline.coder.tellings import Telling
from pipeline.coder.trees import UNKNOWN
from pipeline.coder.triggers import Candidate
from pipeline.records import Document


def _reading(text: str, title: str = "") -> Reading:
    return read(Document(document_id="invented", title=title, text=text, published_on=None))


def _telling(reading: Reading, word: str, type_code: str, sentence: int = 1) -> Telling:
    token = next(token.i for token in reading.sentences[sentence].doc if token.text == word)
    return Telling(sentence, token, type_code, 1.0, 1.0, 0.0, Candidate(sentence, token, (0, 0), (), ()))


def _scene(reading: Reading, telling: Telling) -> Scene:
    parties = find_parties(reading)
    doc = reading.sentences[telling.sentence].doc
    return scene_of(doc, telling, parties[telling.sentence], prominences(parties), ())


def _features(text: str, word: str, country: str) -> set[str]:
    reading = _reading(text)
    scene = _scene(reading, _telling(reading, word, "ACCUSE"))
    return set(argument_features(scene, next(party for party in scene.parties if party.country == country)))


@pytest.mark.parametrize("text", ["Norway condemned Chile.", "Chile was condemned by Norway."])
def test_a_passive_seats_the_parties_as_its_plain_clause_does(text: str) -> None:
    actor, recipient = (_features(text, "condemned", country) for country in ("NOR", "CHL"))
    assert any(name.startswith("logic=agent") for name in actor)
    assert any(name.startswith("logic=patient") for name in recipient)


def test_a_party_knows_which_seats_others_hold() -> None:
    recipient = _features("Norway accused Chile of spying.", "accused", "CHL")
    assert "taken:agent=True/patient" in recipient
    assert "taken:patient=False/patient" in recipient


def test_a_word_without_a_doer_says_so() -> None:
    told, untold = _reading("Rebels shelled Norway."), _reading("Norway was shelled on Friday.")
    with_doer, without = (
        set(vacancy_features(_scene(reading, _telling(reading, "shelled", "ASSAULT")), ACTOR))
        for reading in (told, untold)
    )
    assert "actor?agentless=False/verb/ASSAULT" in with_doer
    assert "actor?agentless=True/passive/ASSAULT" in without


def test_the_two_parts_share_no_feature_of_vacancy() -> None:
    reading = _reading("Rebels shelled Norway.")
    scene = _scene(reading, _telling(reading, "shelled", "ASSAULT"))
    assert not set(vacancy_features(scene, ACTOR)) & set(vacancy_features(scene, RECIPIENT))


def test_prominence_counts_mentions_and_knows_the_title() -> None:
    parties = find_parties(_reading("Norway accused Chile of spying. Chile denied it.", title="Chile denies spying"))
    by_country = {party.country: party.chain for some in parties for party in some}
    found = prominences(parties)
    assert found[by_country["CHL"]].in_title
    assert not found[by_country["NOR"]].in_title
    assert found[by_country["CHL"]].mentions > found[by_country["NOR"]].mentions


def _party(start: int, country: str, chain: int) -> Party:
    return Party(1, start, start + 1, start, "role", f"party {chain}", country, "GOV", chain)


def test_a_side_of_one_party_that_acts_has_nobody_left_to_undergo_it() -> None:
    reading = _reading("Norway accused Chile of spying.")
    telling = _telling(reading, "accused", "ACCUSE")
    alone = [Standing(_party(0, "NOR", 1), 0.9, 0.6, 0.9, 0.9, (UNKNOWN, UNKNOWN))]
    both = [*alone, Standing(_party(2, "NOR", 2), 0.1, 0.6, 0.9, 0.9, (UNKNOWN, UNKNOWN))]
    parties = [(), tuple(standing.party for standing in both)]
    single, double = (side_rows(sides(found), [telling], census(parties))[0] for found in (alone, both))
    assert single["recipient"] == double["recipient"]
    assert single["recipient:apart"] < double["recipient:apart"]


def test_the_network_speaks_for_the_party_that_it_sees_act() -> None:
    reading = _reading("Norway condemned Chile.")
    parts = {name: at for at, name in enumerate(("actor", "recipient", "actor:ACCUSE", "recipient:ACCUSE"))}
    table = np.array([[3, -3, 3, -3], [-5, -5, -5, -5], [-3, 3, -3, 3], [-5, -5, -5, -5]], dtype=np.float32)
    view = View({"event": 0.9}, parts, [0, 7, 17, 22], table)
    parties = find_parties(reading)
    telling = _telling(reading, "condemned", "ACCUSE")
    scene = scene_of(reading.sentences[1].doc, telling, parties[1], prominences(parties), [{}, view])
    norway, chile = (set(argument_features(scene, party)) for party in scene.parties)
    assert {"view actor > 2.5", "view actor leads > 2.5"} <= norway - chile
    assert {"view recipient > 2.5", "view recipient leads > 2.5"} <= chile - norway


def test_a_side_is_weighed_by_the_best_that_the_network_says_of_it() -> None:
    found = [
        Standing(_party(0, "NOR", 1), 0.5, 0.5, 0.9, 0.9, (2.0, -4.0)),
        Standing(_party(1, "NOR", 2), 0.5, 0.5, 0.9, 0.9, (UNKNOWN, UNKNOWN)),
        Standing(_party(2, "CHL", 3), 0.5, 0.5, 0.9, 0.9, (-1.0, 1.0)),
    ]
    telling = _telling(_reading("Norway accused Chile of spying."), "accused", "ACCUSE")
    norway, chile = side_rows(sides(found), [telling], census([(), tuple(standing.party for standing in found)]))
    assert (norway["actor:seen"], norway["actor:seen:lead"], norway["recipient:seen:lead"]) == (2.0, 3.0, -5.0)
    assert (chile["actor:seen"], chile["actor:seen:most"]) == (-1.0, 2.0)
