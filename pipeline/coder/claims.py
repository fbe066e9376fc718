"""What is claimed about what happened: counts of people, who did it, that it happened; and who says so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from pipeline.coder import linear
from pipeline.coder.conventions import is_negated
from pipeline.coder.events import EventDraft
from pipeline.coder.parties import Party, may_speak
from pipeline.coder.reading import Reading, Sentence
from pipeline.coder.sentences import ODDS_LEAST
from pipeline.coder.speech import Speech, find_speech, speech_over
from pipeline.coder.stances import Cue, cue_features, find_cues, is_act, is_one_side
from pipeline.coder.tolls import TollCandidate, toll_candidates
from pipeline.coder.tolls_features import toll_features
from pipeline.coder.tolls_groups import find_groups
from pipeline.coder.tolls_words import article_features
from pipeline.coder.views import Views, odds_of
from pipeline.records import ClaimKind, CodedClaim, Entity, Stance

#: Types that a claim can be about: things that happen rather than things that are said.
PHYSICAL = frozenset(["ASSAULT", "COERCE", "MOBILIZE", "PROTEST", "RETREAT", "SANCTION", "AID", "COOPERATE"])
_ABOUT: dict[ClaimKind, tuple[str, ...]] = {
    "deaths": ("ASSAULT", "PROTEST", "COERCE"),
    "injured": ("ASSAULT", "PROTEST", "COERCE"),
    "missing": ("ASSAULT", "COERCE"),
    "detained": ("COERCE", "RETREAT", "SANCTION", "ASSAULT", "COOPERATE"),
    "displaced": ("ASSAULT", "COERCE", "RETREAT", "AID"),
}
#: Words of a sentence whose count adds up several attacks or a whole conflict.
_TOTALS = frozenset(
    ["attacks", "bombings", "blasts", "explosions", "strikes", "airstrikes", "raids", "shootings", "incidents",
     "homicides", "since", "separate", "total", "altogether", "overall", "months", "weeks"]
)  # fmt: skip
_REACH_BACK = 12  #: sentences back to the event that a claim is about
_TOLL_LEAST = 0.36  #: probability from which a candidate is a claim
_ACTOR_LEAST = 0.25
_OCCURRENCE_LEAST = 0.33
_SPEAKER_LEAST = -2.0  #: log-odds of the network that a speaker is a source
_SILENT_LEAST = 0.0  #: the same of a party that is not seen to speak
_ACCUSED_LEAST = -3.0  #: the same that a party outside the words said is accused; below it none tells them apart
_SPOKEN: Mapping[str, Stance] = {"confirm": "confirms", "deny": "denies"}  #: stance to a count, by the verb of saying
_STANCES: tuple[Stance, ...] = ("asserts", "accuses", "admits", "denies", "confirms")


@dataclass(frozen=True, slots=True)
class Scene:
    """One sentence with everything known of it."""

    sentence: Sentence
    parties: tuple[Party, ...]
    speeches: tuple[Speech, ...]
    events: tuple[tuple[EventDraft, int], ...]  #: told here, with the trigger token
    plain: frozenset[int]  #: numbers of the events that the outlet tells anywhere in its own voice
    views: Views


def find_claims(
    reading: Reading, parties: Sequence[Sequence[Party]], events: Sequence[EventDraft], views: Views = ()
) -> tuple[CodedClaim, ...]:
    """Return the claims of a document in the order of its sentences; the title makes none.

    *parties* has one sequence for each sentence; claims refer to *events* by their number.
    """
    context = article_features(reading)
    scenes = scenes_of(reading, parties, events, views)
    found: dict[CodedClaim, None] = {}  # in order, each once
    accusations: list[CodedClaim] = []
    for scene in scenes[1:]:
        made = [*_tolls(scene, scenes, context), *_stances(scene, scenes, context, accusations)]
        accusations += [claim for claim in made if claim.stance == "accuses" and claim not in found]
        found |= dict.fromkeys(made)
    return tuple(found)


def scenes_of(
    reading: Reading, parties: Sequence[Sequence[Party]], events: Sequence[EventDraft], views: Views = ()
) -> tuple[Scene, ...]:
    """Return each sentence with its parties, its reports of speech and the events that it tells."""
    told: dict[int, list[tuple[EventDraft, int]]] = {}
    for event in events:
        for number, at in event.tellings:
            told.setdefault(number, []).append((event, at))
    speeches = find_speech(reading, parties)
    plain = frozenset(
        event.number
        for event in events
        if any(number and speech_over(speeches[number], at) is None for number, at in event.tellings)
    )
    return tuple(
        Scene(sentence, tuple(parties[n]), speeches[n], tuple(told.get(n, ())), plain, views)
        for n, sentence in enumerate(reading.sentences)
    )


# ── counts ───────────────────────────────────────────────────────────────────────────────────


def _tolls(scene: Scene, scenes: Sequence[Scene], context: Sequence[str]) -> Iterator[CodedClaim]:
    for candidate in _chosen(scene, context):
        speech = speech_over(scene.speeches, candidate.group.head)
        yield _toll(scene, scenes, candidate, speech if speech and _is_telling(scene, speech) else None)


def _is_telling(scene: Scene, speech: Speech) -> bool:
    """Whether the network does not doubt that the speaker is a source."""
    return speech.speaker is None or _seen(scene, speech.speaker, "source", unknown=0.0) >= _SPEAKER_LEAST


def _chosen(scene: Scene, context: Sequence[str]) -> list[TollCandidate]:
    model = linear.load("claims-toll")
    groups = find_groups(scene.sentence.doc, scene.parties)
    chosen = []
    for candidate in toll_candidates(scene.sentence, groups):
        features = toll_features(scene.sentence, scene.parties, candidate, groups, context, scene.views)
        if model.scores(features)["yes"] >= _TOLL_LEAST:
            chosen.append(candidate)
    return chosen


def _toll(scene: Scene, scenes: Sequence[Scene], candidate: TollCandidate, speech: Speech | None) -> CodedClaim:
    kind, group = candidate.kind, candidate.group
    is_total = kind != "detained" and bool({token.lower_ for token in scene.sentence.doc} & _TOTALS)
    event = None if is_total else _about(scene, scenes, _ABOUT[kind], candidate.harm)
    return CodedClaim(
        about=event.number if event else None,
        kind=kind,
        stance=_SPOKEN.get(speech.verb, "asserts") if speech else "asserts",
        span=scene.sentence.span,
        source=speech.source if speech else _silent_source(scene),
        count_min=group.minimum,
        count_max=group.maximum,
        counted=_counted(scene, candidate),
        is_cumulative=is_total,
        rule=f"{kind}/{candidate.word}",
    )


def _silent_source(scene: Scene) -> Entity | None:
    """Who gives a count though no speech is seen: the party that the network clearly takes for a source."""
    parties = [party for party in scene.parties if party.kind != "place"]
    best = max(parties, key=lambda party: _seen(scene, party, "source"), default=None)
    return best.entity if best is not None and _seen(scene, best, "source") > _SILENT_LEAST else None


def _seen(scene: Scene, party: Party, part: str, unknown: float = ODDS_LEAST) -> float:
    """The network's log-odds that a party plays *part* here; *unknown* for one of another sentence, or if not read."""
    number = scene.sentence.number
    if party.sentence != number:
        return unknown
    return odds_of(scene.views, number, scene.sentence.doc, party.start, party.end).get(part, unknown)


def _counted(scene: Scene, candidate: TollCandidate) -> Entity | None:
    group = candidate.group
    return next((p.entity for p in scene.parties if p.start < group.end and group.start <= p.head < group.end), None)


def _about(scene: Scene, scenes: Sequence[Scene], types: Sequence[str], at: int) -> EventDraft | None:
    """The event of the first of *types* told nearest to token *at*, else in the last sentence that has one."""
    for number in range(scene.sentence.number, max(scene.sentence.number - _REACH_BACK, -1), -1):
        told = [(event, token) for event, token in scenes[number].events if event.type_code in types]
        if told:
            near = at if number == scene.sentence.number else 0
            return min(told, key=lambda item: (types.index(item[0].type_code), abs(item[1] - near)))[0]
    return None


# ── who did it, and whether it happened ──────────────────────────────────────────────────────


def _stances(
    scene: Scene, scenes: Sequence[Scene], context: Sequence[str], accusations: Sequence[CodedClaim]
) -> Iterator[CodedClaim]:
    cues = find_cues(scene.sentence, scene.parties, scene.speeches)
    features = [
        cue_features(scene.sentence, cue, scene.parties, scene.events, context, scene.plain, scene.views)
        for cue in cues
    ]
    told = _told(cues, features, "claims-actor", _ACTOR_LEAST)
    known = {cue.at for cue, _ in told}
    plain: list[tuple[Cue, Stance]] = [
        (cue, "admits") for cue in cues if cue.at not in known and _is_plain(scene.sentence.doc, cue)
    ]
    for cue, stance in sorted([*told, *plain], key=lambda item: item[0].at):
        denied = stance == "accuses" and cue.kind == "speech" and _is_denied(scene.sentence.doc, cue)
        yield from _actor_claims(scene, scenes, cue, "denies" if denied else stance, accusations)
    for cue, stance in _told(cues, features, "claims-occurrence", _OCCURRENCE_LEAST):
        if cue.source is not None:
            yield _claim(scene, _event_of(scene, scenes, cue), "occurrence", stance, cue, None)


def _told(
    cues: Sequence[Cue], features: Sequence[tuple[str, ...]], name: str, least: float
) -> list[tuple[Cue, Stance]]:
    """The cues at which a claim is likely, with its stance; of several with one source and stance the likeliest."""
    model = linear.load(name)
    best: dict[tuple[Entity | None, Stance], tuple[float, Cue]] = {}
    for cue, named in zip(cues, features, strict=True):
        scores = model.scores(named)
        likely = 1 - scores.pop("none")
        stance = max((s for s in _STANCES if s in scores), key=lambda s: scores[s])
        if likely >= least and likely > best.get((cue.source, stance), (0.0,))[0]:
            best[cue.source, stance] = (likely, cue)
    return sorted(((cue, stance) for (_, stance), (_, cue) in best.items()), key=lambda item: item[0].at)


def _event_of(scene: Scene, scenes: Sequence[Scene], cue: Cue) -> EventDraft | None:
    inside = [event for event, at in scene.events if at in cue.words and event.type_code in PHYSICAL]
    return inside[0] if inside else _about(scene, scenes, tuple(sorted(PHYSICAL)), cue.at)


def _actor_claims(
    scene: Scene, scenes: Sequence[Scene], cue: Cue, stance: Stance, accusations: Sequence[CodedClaim]
) -> Iterator[CodedClaim]:
    event = _event_of(scene, scenes, cue)
    if stance == "admits":
        yield _claim(scene, event, "actor", stance, cue, cue.source)
    elif stance == "denies":
        answered = _answered(cue, accusations)
        about = answered.about if answered else event.number if event else None
        accused = answered.accused if answered else cue.source
        yield _claim(scene, event, "actor", stance, cue, accused, about)
    else:
        for party in _accused(scene, cue):
            yield _claim(scene, event, "actor", stance, cue, party)


_ARMED = frozenset(["GOV", "MIL", "COP", "SPY", "REB", "PRM", "UAF"])


def _is_plain(doc: Doc, cue: Cue) -> bool:
    """Whether a party admits a deed in so many words, which needs no weighing: "claimed responsibility", "we fired"."""
    if cue.speaker is None:
        return False
    if cue.kind == "admit":
        return cue.word == "responsibility"
    is_armed = cue.source is not None and cue.source.role_code in _ARMED
    return cue.kind == "speech" and is_armed and any(_is_own_deed(doc[at]) for at in sorted(cue.words))


def _is_own_deed(subject: Token) -> bool:
    """Whether "I" or "we" did, or ordered, an act of violence."""
    if subject.lower_ not in ("i", "we") or subject.dep_ != "nsubj":
        return False
    verb = subject.head
    deeds = [verb, *(child for child in verb.children if child.dep_ == "xcomp" and verb.lemma_ == "order")]
    is_told = verb.tag_ in ("VBD", "VBN") and not any(child.dep_ == "aux" for child in verb.children)
    return is_told and any(is_act(deed) for deed in deeds) and not is_negated(verb, "ASSAULT")


def _is_denied(doc: Doc, cue: Cue) -> bool:
    """Whether what is said is that it was not so: "we did not open fire", "no shot was fired"."""
    verbs = (doc[at] for at in sorted(cue.words) if doc[at].pos_ == "VERB" and at != cue.at)
    verb = next(verbs, None)
    if verb is None:
        return False
    subjects = [child for child in verb.children if child.dep_ in ("nsubj", "nsubj:pass")]
    return any(is_negated(word, "ASSAULT") for word in (verb, *subjects))


def _answered(cue: Cue, accusations: Sequence[CodedClaim]) -> CodedClaim | None:
    """The last accusation against the denier or its country."""
    against = (claim for claim in reversed(accusations) if cue.source and _is_same(claim.accused, cue.source))
    return next(against, None)


def _is_same(a: Entity | None, b: Entity) -> bool:
    return a is not None and (a.text == b.text or (a.country_code is not None and a.country_code == b.country_code))


def _accused(scene: Scene, cue: Cue) -> Sequence[Entity | None]:
    """Who is said to have done it, None alone if nobody: whom the network sees accused most, and those joined to it.

    Of several that are as likely it is the first of another side. Where the network sees nobody accused it is one of
    the words said.
    """
    others = [p for p in scene.parties if may_speak(scene.sentence.doc, p) and not _is_source(p, cue)]
    odds = {party: max(_seen(scene, party, "accused"), _ACCUSED_LEAST) for party in others}

    def likely(party: Party) -> tuple[int, bool, int]:
        return round(2 * odds[party]), cue.speaker is None or not is_one_side(party, cue.speaker), -party.start

    possible = [party for party in others if party.start in cue.words or odds[party] > _ACCUSED_LEAST]
    if not possible:
        return [None]
    first = max(possible, key=likely)
    heads = {first.head, *(token.i for token in scene.sentence.doc[first.head].conjuncts)}
    return list(dict.fromkeys([first.entity, *(party.entity for party in others if party.head in heads)]))


def _is_source(party: Party, cue: Cue) -> bool:
    return party.entity == cue.source or (cue.speaker is not None and party.chain == cue.speaker.chain)


def _claim(
    scene: Scene,
    event: EventDraft | None,
    kind: ClaimKind,
    stance: Stance,
    cue: Cue,
    accused: Entity | None,
    about: int | None = None,
) -> CodedClaim:
    return CodedClaim(
        about=about if about is not None else event.number if event else None,
        kind=kind,
        stance=stance,
        span=scene.sentence.span,
        source=cue.source,
        accused=accused,
        rule=f"{kind}/{stance}/{cue.word}",
    )
