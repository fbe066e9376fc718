"""Why an article was coded as it was: each sentence as it was read, each decision with its chance and its reasons.

The facts are gathered from the coder's own steps, which give the same answer whenever they are asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.coder import linear
from pipeline.coder.claims import Scene, scenes_of
from pipeline.coder.coder import Analysis, analyse, coding_of, drafts_of
from pipeline.coder.conventions import unmeant
from pipeline.coder.explain_happenings import happenings_seen
from pipeline.coder.explanation import (
    BEST,
    ClaimWeighed,
    Explanation,
    PartySeen,
    PlaceSeen,
    SentenceSeen,
    TimeSeen,
    TypeWeighed,
    Word,
    WordWeighed,
    cite,
    likeliest,
    reasons_for,
)
from pipeline.coder.models import Models, packaged
from pipeline.coder.parties import Party
from pipeline.coder.reading import Reading
from pipeline.coder.settings import TELL
from pipeline.coder.stances import cue_features, find_cues
from pipeline.coder.tellings import telling_cases
from pipeline.coder.tolls import toll_candidates
from pipeline.coder.tolls_features import toll_features
from pipeline.coder.tolls_groups import find_groups
from pipeline.coder.tolls_words import article_features
from pipeline.coder.triggers import NONE, Candidate
from pipeline.coder.when import Time, find_times
from pipeline.coder.where import Location, find_locations
from pipeline.records import ClaimKind, Coding, Document, Span

_WISHED = "it is only asked for, promised or threatened"
WORTH_TELLING = 0.1  #: chance from which a label or a possible claim is told of


def explain(document: Document) -> Explanation:
    """Code *document* and return how it came to that; deterministic."""
    models, analysis = packaged(), analyse(document)
    coding = coding_of(analysis)
    times, places = find_times(analysis.reading), find_locations(analysis.reading)
    return Explanation(
        document=document,
        coding=coding,
        sentences=tuple(_sentences(analysis, models, coding, times, places)),
        happenings=tuple(happenings_seen(analysis, models, times, places, coding.claims)),
    )


# ── sentences ────────────────────────────────────────────────────────────────────────────────


def _sentences(
    analysis: Analysis,
    models: Models,
    coding: Coding,
    times: Sequence[Sequence[Time]],
    places: Sequence[Sequence[Location]],
) -> Iterator[SentenceSeen]:
    reading = analysis.reading
    words, claims = _words(analysis, models), _claims(analysis, coding)
    claimed = {claim.span for claim in coding.claims}
    telling = {telling.sentence for telling in analysis.tellings}
    for number, sentence in enumerate(reading.sentences):
        yield SentenceSeen(
            number=number,
            span=sentence.span,
            text=sentence.text,
            words=tuple(Word(t.i, t.text, t.pos_, t.dep_, t.head.i) for t in sentence.doc),
            parties=tuple(_party(reading, party) for party in analysis.parties[number]),
            times=tuple(_time(reading, time) for time in times[number]),
            places=tuple(_place(reading, place) for place in places[number]),
            labels=likeliest(analysis.views[number], WORTH_TELLING),
            candidates=tuple(words[number]),
            claims=tuple(claims[number]),
            tells=number in telling or sentence.span in claimed or any(word.convention for word in words[number]),
        )


def _party(reading: Reading, party: Party) -> PartySeen:
    span, text = cite(reading, party.sentence, party.start, party.end)
    return PartySeen(span, text, party.text, party.kind, party.country, party.role, party.chain)


def _time(reading: Reading, time: Time) -> TimeSeen:
    span, text = cite(reading, time.sentence, time.start, time.end)
    return TimeSeen(span, text, time.first, time.last, time.precision, time.kind)


def _place(reading: Reading, place: Location) -> PlaceSeen:
    span, text = cite(reading, place.sentence, place.start, place.end)
    return PlaceSeen(span, text, place.text, place.country, place.admin1, place.geonames_id, place.precision)


# ── words ────────────────────────────────────────────────────────────────────────────────────


def _words(analysis: Analysis, models: Models) -> list[list[WordWeighed]]:
    """Return for each sentence the words that were weighed; where none was, the one that came closest."""
    found: list[list[WordWeighed]] = [[] for _ in analysis.reading.sentences]
    weighed = _types_weighed(analysis, models)
    taken = {(telling.sentence, telling.token) for telling in analysis.tellings}
    reasons = unmeant(analysis.reading, {types[0].type_code for types in weighed.values()})
    for at, types in weighed.items():
        candidate = analysis.candidates[at]
        word = _word(analysis.reading, models, candidate, types)
        if (candidate.sentence, candidate.token) in taken:
            word = replace(word, is_taken=True)
        elif (types[0].chance or 0) >= TELL:
            word = replace(word, convention=reasons.get(types[0].type_code, _WISHED))
        found[candidate.sentence].append(word)
    for at, types in _closest(analysis).items():
        candidate = analysis.candidates[at]
        if not found[candidate.sentence]:
            found[candidate.sentence].append(_word(analysis.reading, models, candidate, types))
    return found


def _types_weighed(analysis: Analysis, models: Models) -> dict[int, list[TypeWeighed]]:
    """Return the likeliest types of each candidate, by index, that was weighed with its sentence and article."""
    cases = list(telling_cases(analysis.candidates, analysis.scores, analysis.views, len(analysis.reading.sentences)))
    chances = models.tellings.chances([row for _, _, row in cases])
    types: dict[int, list[TypeWeighed]] = {}
    for (at, type_code, _), chance in zip(cases, chances, strict=True):
        types.setdefault(at, []).append(TypeWeighed(type_code, analysis.scores[at][type_code], chance))
    return {at: sorted(some, key=lambda one: (-(one.chance or 0), one.type_code))[:BEST] for at, some in types.items()}


def _closest(analysis: Analysis) -> dict[int, list[TypeWeighed]]:
    """Return the candidate of each sentence that is likeliest by its word alone, with its likeliest type."""
    best: dict[int, tuple[float, int, str]] = {}
    for at, (candidate, scores) in enumerate(zip(analysis.candidates, analysis.scores, strict=True)):
        alone, type_code = max((score, label) for label, score in scores.items() if label != NONE)
        if alone > best.get(candidate.sentence, (-1.0,))[0]:
            best[candidate.sentence] = (alone, at, type_code)
    return {at: [TypeWeighed(type_code, alone, None)] for alone, at, type_code in best.values()}


def _word(reading: Reading, models: Models, candidate: Candidate, types: Sequence[TypeWeighed]) -> WordWeighed:
    span, text = cite(reading, candidate.sentence, candidate.token, candidate.token + 1)
    patterns = (f"{match.rule.name} ({match.rule.type_code}, {match.rule.weight})" for match in candidate.matches)
    return WordWeighed(
        span=span,
        text=text,
        types=tuple(types),
        reasons=reasons_for(models.words, candidate.features, types[0].type_code),
        patterns=tuple(dict.fromkeys(patterns)),
        is_taken=False,
    )


# ── claims ───────────────────────────────────────────────────────────────────────────────────


_Taken = frozenset[tuple[Span, str, int | None, int | None]]


def _claims(analysis: Analysis, coding: Coding) -> list[list[ClaimWeighed]]:
    """Return for each sentence the claims that it may make, the title none."""
    taken = frozenset((claim.span, claim.rule, claim.count_min, claim.count_max) for claim in coding.claims)
    reading = analysis.reading
    context = article_features(reading)
    scenes = scenes_of(reading, analysis.parties, drafts_of(analysis), analysis.views)
    return [
        [
            claim
            for claim in (*_counts(reading, scene, context, taken), *_stances(reading, scene, context, taken))
            if scene.sentence.number and claim.chance >= WORTH_TELLING
        ]
        for scene in scenes
    ]


def _counts(reading: Reading, scene: Scene, context: Sequence[str], taken: _Taken) -> Iterator[ClaimWeighed]:
    model = linear.load("claims-toll")
    groups = find_groups(scene.sentence.doc, scene.parties)
    for candidate in toll_candidates(scene.sentence, groups):
        group = candidate.group
        features = toll_features(scene.sentence, scene.parties, candidate, groups, context, scene.views)
        span, text = cite(reading, scene.sentence.number, group.start, group.end)
        yield ClaimWeighed(
            span=span,
            text=text,
            word=candidate.word,
            kind=candidate.kind,
            count_min=group.minimum,
            count_max=group.maximum,
            chance=model.scores(features)["yes"],
            is_taken=(scene.sentence.span, f"{candidate.kind}/{candidate.word}", group.minimum, group.maximum) in taken,
            reasons=reasons_for(model, features, "yes"),
        )


def _stances(reading: Reading, scene: Scene, context: Sequence[str], taken: _Taken) -> Iterator[ClaimWeighed]:
    kinds: tuple[ClaimKind, ...] = ("actor", "occurrence")
    for cue in find_cues(scene.sentence, scene.parties, scene.speeches):
        features = cue_features(scene.sentence, cue, scene.parties, scene.events, context, scene.plain, scene.views)
        span, text = cite(reading, scene.sentence.number, cue.at, cue.at + 1)
        for kind in kinds:
            model = linear.load(f"claims-{kind}")
            scores = model.scores(features)
            nothing = scores.pop("none")
            stance = max(sorted(scores), key=lambda label: scores[label])
            yield ClaimWeighed(
                span=span,
                text=text,
                word=cue.word,
                kind=kind,
                stance=stance,
                source=cue.source.text if cue.source else None,
                chance=1 - nothing,
                is_taken=(scene.sentence.span, f"{kind}/{stance}/{cue.word}", None, None) in taken,
                reasons=reasons_for(model, features, stance),
            )
