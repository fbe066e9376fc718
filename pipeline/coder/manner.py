"""How a happening is told: its status, its modes, and whether it is the news of the day."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from spacy.tokens import Doc, Token

from pipeline.coder.conventions import is_negated
from pipeline.coder.linear import Linear
from pipeline.coder.reading import Reading
from pipeline.coder.tellings import Telling
from pipeline.coder.views import Views
from pipeline.events.ontology import event_types
from pipeline.records import Salience, Status

MODE_SURE = 0.4  #: of the sentence classifier
_AUXILIARY = frozenset(["aux", "aux:pass", "mark", "advmod", "cop", "det", "cc"])
_CLIMB_MAX = 3


def status_features(doc: Doc, token: int, type_code: str, view: Mapping[str, float]) -> list[str]:
    """Return what is known of the word at *token* for whether its event has occurred."""
    return list(_status_features(doc[token], type_code, view))


def _status_features(token: Token, type_code: str, view: Mapping[str, float]) -> Iterator[str]:
    yield from (f"type={type_code}", f"tag={token.tag_}", f"dep={token.dep_}", f"lemma={token.lemma_.lower()}")
    for child in token.children:
        if child.dep_ in _AUXILIARY:
            yield from (f"has={child.lower_}", f"has={child.lower_}/{type_code}")
    inner = token
    for _ in range(_CLIMB_MAX):
        if inner.head.i == inner.i:
            break
        governor = inner.head
        yield from (f"under={governor.lemma_.lower()}", f"under:tag={governor.tag_}/{inner.dep_}")
        yield from (f"under:has={child.lower_}" for child in governor.children if child.dep_ in ("aux", "mark"))
        inner = governor
    for label in ("planned", "hypothetical", "negated"):
        if view and view[label] > 0.1:
            yield from (f"view={label}", f"view={label}/{view[label] > 0.3}")


def status_of(reading: Reading, lead: Telling, views: Views, model: Linear) -> Status:
    """Return the status of a happening by the telling that leads it."""
    doc = reading.sentences[lead.sentence].doc
    if is_negated(doc[lead.token], lead.type_code):
        return "negated"
    scores = model.scores(status_features(doc, lead.token, lead.type_code, views[lead.sentence]))
    return cast(Status, max(sorted(scores), key=lambda label: scores[label]))


def modes_of(tellings: Sequence[Telling], views: Views) -> tuple[str, ...]:
    """Return the modes that the lexicon's patterns name, else those that the classifier is sure of, in fixed order."""
    kind = event_types()[tellings[0].type_code]
    named = {
        mode
        for t in tellings
        for match in t.candidate.matches
        if match.rule.type_code == kind.code
        for mode in match.rule.mode_codes
    }
    seen = {
        mode
        for telling in tellings
        for mode in kind.modes
        if views[telling.sentence].get(f"{kind.code}/{mode}", 0.0) > MODE_SURE
    }
    return tuple(mode for mode in kind.modes if mode in (named or seen))


def salience_of(tellings: Sequence[Telling], views: Views) -> Salience:
    """Return "main" for the news of the day, "background" for history."""
    known = [views[telling.sentence] for telling in tellings if views[telling.sentence]]
    if known:
        main, background = (sum(view[label] for view in known) for label in ("main", "background"))
        return "main" if main >= background else "background"
    return "main" if tellings[0].sentence <= max(3, len(views) // 2) else "background"
