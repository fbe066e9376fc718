"""Fit the three models of pipeline/coder/claims.py: claims-toll, claims-actor, claims-occurrence.

Multinomial logistic regression (L2, STRENGTH below, all features weight 1); features seen in one article only are
left out. Invented articles, which claim more than real ones, weigh INVENTED. claims-actor learns besides from made-up
sentences (SAMPLES).

Events are an input of the claims, so the models must learn to live with the mistakes of the event coder: they are
fitted on the annotated events with a seeded third left out and as many false ones put in.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from pipeline.coder import linear
from pipeline.coder.claims import scenes_of
from pipeline.coder.events import EventDraft
from pipeline.coder.parties import Party, find_parties
from pipeline.coder.reading import Reading, read
from pipeline.coder.sentences import classify
from pipeline.coder.stances import Cue, cue_features, find_cues
from pipeline.coder.tolls import toll_candidates
from pipeline.coder.tolls_features import toll_features
from pipeline.coder.tolls_groups import find_groups
from pipeline.coder.tolls_words import article_features
from pipeline.coder.views import Views
from pipeline.events.bench import read_document
from pipeline.records import Entity
from training.coder import corpus

SEED = 5
LEFT_OUT = PUT_IN = 0.35  #: of the gold events
STRENGTH = {"claims-toll": 0.1, "claims-actor": 0.03, "claims-occurrence": 0.03}  #: C of the regression
INVENTED = 0.3  #: weight of an example of an invented article, one of a real article having 1
ARTICLES_LEAST = 2  #: in which a feature must be seen
COUNTS = ("deaths", "injured", "missing", "detained", "displaced")
#: Which cue a gold claim of a stance is learned on where several have its source.
_PREFERRED = {
    "accuses": ("accuse", "speech", "deny", "admit"),
    "admits": ("admit", "speech", "accuse", "deny"),
    "denies": ("deny", "speech", "accuse", "admit"),
}
_PLAIN = ("speech", "accuse", "admit", "deny")

COPIES = 3  #: of each pattern of SAMPLES, with other names and acts
#: Stance and who takes it ("none": no claim about who did it); A and B are sides.
SAMPLES: dict[str, tuple[str, ...]] = {
    "accuses A": (
        "{A} accused {B} of {doing}.",
        "{A} on Tuesday accused {B} of {doing}.",
        "{A} has accused {B} of {doing}, a charge that could not be verified.",
        "In a statement, {A} accused {B} of being behind {act}.",
        "{A} blamed {B} for {act}.",
        "{A} has blamed {act} on {B}.",
        "{A} said {B} {did}.",
        "{A} said that {B} {did} overnight.",
        "{A} alleged that {B} {did}.",
        "{A} claimed that {B} {did}.",
        "{B} {did}, {A} said.",
        "{B} {did}, according to {A}.",
        "According to {A}, {B} {did}.",
        "{A} said {act} was carried out by {B}.",
        "{done} by {B}, {A} said.",
        "{A} said {B} was responsible for {act}.",
        "{A} says {B} is behind {act}.",
        "{A} holds {B} responsible for {act}.",
        "{A} suspects {B} of {doing}.",
        "“{B} {did},” said a spokesman for {A}.",
    ),
    "accuses B": ("{A} has been accused by {B} of {doing}.", "{A} was blamed by {B} for {act}."),
    "denies A": (
        "{A} denied the accusation.",
        "{A} denied the charge.",
        "{A} has denied the allegations.",
        "{A} denies any involvement.",
        "{A} denied involvement in {act}.",
        "{A} denied {doing}.",
        "{A} denied that it {did}.",
        "{A} denied any role in {act}.",
        "{A} denied responsibility for {act}.",
        "But {A} rejected the accusation.",
        "{A} rejected the allegations as baseless.",
        "{A} dismissed the claims.",
        "{A} said the charges were false.",
        "{A} said it had nothing to do with {act}.",
        "“We have no connection with this,” {A} said.",
        "{A} was quick to deny the reports.",
        "{A} denied the report.",
    ),
    "admits A": (
        "{A} claimed responsibility for {act}.",
        "{A} has claimed responsibility.",
        "{A} took responsibility for {act}.",
        "{A} said it carried out {act}.",
        "{A} said it {did}.",
        "{A} said its men {did}.",
        "{A} admitted {doing}.",
        "{A} acknowledged that its forces {did}.",
        "“We {did},” said {A}.",
        "Responsibility for {act} was claimed by {A}.",
        "{A} said its forces had been behind {act}.",
    ),
    "none": (
        "No group has claimed responsibility for {act}.",
        "There was no immediate claim of responsibility.",
        "{A} accused {B} of {other}.",
        "{A} has accused {B} of {other} and called for talks.",
        "{A} blamed {B} for {other}.",
        "{A} said {B} was {other}.",
        "{A} criticised {B} for {other}.",
        "{A} denied {B} access to the port.",
        "{A} rejected the proposal.",
        "{A} rejected a call for talks by {B}.",
        "{A} dismissed its finance minister.",
        "{A} denied reports that its minister would resign.",
        "{A} said it would meet {B} next week.",
        "{A} said it was not clear who was responsible for {act}.",
        "{A} said it was investigating {act}.",
        "{A} condemned {act} and offered help.",
        "{A} admitted that the talks had been difficult.",
        "{A} is responsible for the border posts.",
        "{A} said that {B} must pay its debts.",
        "{A} said {B} might attack if the talks failed.",
        "{A} said it would respond to any attack by {B}.",
        "{A} said people were being treated in two hospitals.",
        "A suspect was charged with {other}.",
    ),
}
SIDES = (
    "Armenia", "Azerbaijan", "Israel", "Hamas", "the government", "the army", "the rebels", "the Taliban", "Kyiv",
    "Russia", "the foreign ministry", "Ukraine", "the police", "Kenyan officials", "al-Shabaab", "Ethiopia",
    "the opposition", "India", "Pakistan", "the defence ministry", "Sudan", "a rebel spokesman",
    "the Turkish government", "Iran", "the United States", "the prime minister", "residents", "the Colombian army",
    "the militia", "Syria",
)  # fmt: skip
#: Gerund, past, noun and passive of one act.
ACTS_DONE = (
    ("shelling the town", "shelled the town", "the shelling", "the town was shelled"),
    ("killing two villagers", "killed two villagers", "the killings", "two villagers were killed"),
    ("bombing a market", "bombed a market", "the bombing", "a market was bombed"),
    ("firing rockets at the capital", "fired rockets at the capital", "the rocket fire", "rockets were fired"),
    ("carrying out the attack", "carried out the attack", "the attack", "the attack was carried out"),
    ("launching a drone strike", "launched a drone strike", "the drone strike", "a drone strike was launched"),
    ("torturing prisoners", "tortured prisoners", "the abuse", "prisoners were tortured"),
    ("abducting three teachers", "abducted three teachers", "the abduction", "three teachers were abducted"),
    ("supplying weapons to gunmen", "supplied weapons to gunmen", "the deliveries", "weapons were supplied to gunmen"),
    ("poisoning the activist", "poisoned the activist", "the poisoning", "the activist was poisoned"),
    ("laying mines along the road", "laid mines along the road", "the explosion", "the mines were laid"),
    ("plotting a coup", "plotted a coup", "the plot", "a coup was plotted"),
    ("attacking a convoy", "attacked a convoy", "the ambush", "a convoy was attacked"),
    ("shooting a farmer", "shot a farmer", "the shooting", "a farmer was shot"),
    ("detaining dozens of students", "detained dozens of students", "the arrests", "dozens of students were detained"),
)
OTHER_DEEDS = (
    "blocking the talks", "lying", "ignoring the farmers", "corruption", "wasting public money", "high prices",
    "delays", "arrogance", "meddling in its affairs", "weakness", "breaking its promises",
    "the failure of the talks", "incompetence", "raising taxes", "fraud", "slow reforms",
)  # fmt: skip
OPENINGS = (
    "A blast tore through a crowded street on Monday.", "Fighting broke out near the border on Sunday.",
    "Several houses were hit before dawn.", "Two people were wounded in the north of the country.",
)  # fmt: skip
ENDINGS = ("The market was closed for the day.", "Calm returned by evening.", "Roads to the town stayed shut.")

Gold = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """One decision to learn."""

    article: str
    features: tuple[str, ...]
    label: str
    weight: float = 1.0


def fit(examples: Sequence[Example], strength: float) -> linear.Linear:
    """Return the regression over *examples* as the coder reads it: a column for each label."""
    seen = Counter(name for _, name in sorted({(e.article, name) for e in examples for name in e.features}))
    rows = {name: row for row, name in enumerate(sorted(name for name, n in seen.items() if n >= ARTICLES_LEAST))}
    labels = [example.label for example in examples]
    model = LogisticRegression(C=strength, max_iter=2000, random_state=SEED)
    model.fit(_matrix(examples, rows), labels, sample_weight=[example.weight for example in examples])
    weights, bias = model.coef_.T, model.intercept_
    if len(model.classes_) == 2:
        weights, bias = np.hstack([-weights / 2, weights / 2]), np.hstack([-bias / 2, bias / 2])
    return linear.Linear(
        labels=tuple(model.classes_.tolist()),
        rows=rows,
        weights=weights.astype(np.float32),
        bias=bias.astype(np.float32),
    )


def _matrix(examples: Sequence[Example], rows: dict[str, int]) -> Any:
    known = [[rows[name] for name in example.features if name in rows] for example in examples]
    ends = np.cumsum([0, *map(len, known)], dtype=np.int32)
    columns = np.array([column for line in known for column in line], dtype=np.int32)
    return csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(examples), len(rows)))


def made_up(seed: int = SEED) -> Iterator[tuple[Gold, Gold]]:
    """Yield made-up articles of three sentences: a blast, a sentence of SAMPLES, and how the day went on.

    A few hundred gold claims cannot teach every way to accuse or deny; these state the plain ones in many words.
    """
    chance = random.Random(seed)
    for number, (label, pattern) in enumerate(
        (label, pattern) for label, patterns in SAMPLES.items() for pattern in patterns for _ in range(COPIES)
    ):
        first, second = chance.sample(SIDES, 2)
        act = chance.choice(ACTS_DONE)
        filled = pattern.format(
            A=first, B=second, doing=act[0], did=act[1], act=act[2], done=act[3], other=chance.choice(OTHER_DEEDS)
        )
        parts = [chance.choice(OPENINGS), filled[0].upper() + filled[1:], chance.choice(ENDINGS)]
        ends = [len(" ".join(parts[: n + 1])) for n in range(len(parts))]
        spans = [[end - len(part), end] for end, part in zip(ends, parts, strict=True)]
        row = {
            "id": f"sample {number}",
            "title": "",
            "text": " ".join(parts),
            "sentences": spans,
            "published": "2020-01-15",
        }
        yield row, _gold_of(label, {"A": first, "B": second})


def _gold_of(label: str, sides: dict[str, str]) -> Gold:
    events = [{"eid": 1, "type": "ASSAULT", "status": "occurred", "mentions": [1, 2]}]
    if label == "none":
        return {"events": [{**events[0], "mentions": [1]}], "claims": []}
    stance, _, who = label.partition(" ")
    source = {"text": sides[who], "country": "?", "role": "?"}
    return {"events": events, "claims": [{"kind": "actor", "stance": stance, "sentence": 2, "source": source}]}


def fit_all(articles: Iterable[tuple[corpus.Example, Sequence[EventDraft], Views]]) -> dict[str, linear.Linear]:
    """Fit the models to annotated articles, each with its events as the words that tell them."""
    found: dict[str, list[Example]] = {name: [] for name in STRENGTH}
    for article, events, views in articles:
        row, gold, reading = article.document, {"claims": article.claims}, article.reading
        heard = noisy(events, reading, row["id"])
        for name, examples in article_examples(row, gold, reading, article.parties, heard, views).items():
            weight = 1.0 if article.is_real else INVENTED
            found[name] += [replace(example, weight=weight) for example in examples]
    for row, gold in made_up():
        reading = read(read_document(row))
        events = noisy(stand_ins(gold, reading, row), reading, row["id"])
        views = classify([sentence.text for sentence in reading.sentences])
        found["claims-actor"] += article_examples(row, gold, reading, find_parties(reading), events, views)[
            "claims-actor"
        ]
    return {name: fit(examples, STRENGTH[name]) for name, examples in found.items()}


def article_examples(
    row: Gold,
    gold: Gold,
    reading: Reading,
    parties: Sequence[Sequence[Party]],
    events: Sequence[EventDraft],
    views: Views,
) -> dict[str, list[Example]]:
    """Return what each model learns from one article."""
    found: dict[str, list[Example]] = {name: [] for name in STRENGTH}
    context = article_features(reading)
    for scene in scenes_of(reading, parties, events, views)[1:]:
        numbers = _numbers(row, reading, scene.sentence.number)
        claims = [claim for claim in gold["claims"] if claim["sentence"] in numbers]
        groups = find_groups(scene.sentence.doc, scene.parties)
        for candidate in toll_candidates(scene.sentence, groups):
            bounds = candidate.group.minimum, candidate.group.maximum
            is_claim = any(c["kind"] == candidate.kind and (c.get("min"), c.get("max")) == bounds for c in claims)
            features = toll_features(scene.sentence, scene.parties, candidate, groups, context, views)
            found["claims-toll"].append(Example(row["id"], features, "yes" if is_claim else "no"))
        cues = find_cues(scene.sentence, scene.parties, scene.speeches)
        for cue, label in zip(cues, cue_labels(claims, cues), strict=True):
            features = cue_features(scene.sentence, cue, scene.parties, scene.events, context, scene.plain, views)
            for kind in ("actor", "occurrence"):
                found[f"claims-{kind}"].append(Example(row["id"], features, label.get(kind, "none")))
    return found


def cue_labels(claims: Sequence[Gold], cues: Sequence[Cue]) -> list[dict[str, str]]:
    """Return the stance of each kind of claim at each cue: that of the claim whose source speaks there."""
    labels: list[dict[str, str]] = [{} for _ in cues]
    for claim in claims:
        if claim["kind"] in COUNTS or not cues:
            continue
        order = _PREFERRED.get(claim["stance"], _PLAIN)
        at = min(
            range(len(cues)),
            key=lambda n: (claim["kind"] in labels[n], not same_source(cues[n].source, claim["source"]),
                           order.index(cues[n].kind), n),
        )  # fmt: skip
        labels[at].setdefault(claim["kind"], claim["stance"])
    return labels


def same_source(ours: Entity | None, gold: Gold | None) -> bool:
    """Whether two sources are one: the same name, or the same country and role."""
    if ours is None or gold is None:
        return ours is None and gold is None
    a, b = ours.text.lower(), gold["text"].lower()
    return a in b or b in a or (ours.country_code, ours.role_code) == (gold["country"], gold["role"])


def _numbers(row: Gold, reading: Reading, number: int) -> set[int]:
    """The bench's numbers of one of our sentences."""
    span = reading.sentences[number].span
    if span.part == "title":
        return {0}
    return {n for n, (start, end) in enumerate(row["sentences"], 1) if start < span.end and span.start < end}


def stand_ins(gold: Gold, reading: Reading, row: Gold) -> tuple[EventDraft, ...]:
    """Return the gold events as drafts, each told by the highest predicate of its sentences."""
    told: dict[int, list[tuple[int, int]]] = {}
    for sentence in reading.sentences:
        here = [e for e in gold["events"] if _numbers(row, reading, sentence.number) & set(e["mentions"])]
        predicates = [token.i for token in sentence.doc if token.pos_ == "VERB"] or [0]
        for place, event in enumerate(here):
            told.setdefault(event["eid"], []).append((sentence.number, predicates[min(place, len(predicates) - 1)]))
    return tuple(
        EventDraft(event["eid"], event["type"], event["status"], tuple(told.get(event["eid"], ())))
        for event in gold["events"]
    )


def noisy(events: Sequence[EventDraft], reading: Reading, article: str) -> tuple[EventDraft, ...]:
    """Return *events* with some left out and some put in at any verb."""
    chance = random.Random(f"{SEED} {article}")
    kept = [event for event in events if chance.random() >= LEFT_OUT]
    verbs = [
        (sentence.number, token.i) for sentence in reading.sentences for token in sentence.doc if token.pos_ == "VERB"
    ]
    types = [event.type_code for event in events]
    false = [
        EventDraft(10_000 + n, chance.choice(types), "occurred", (chance.choice(verbs),))
        for n in range(round(PUT_IN * len(events)))
        if verbs
    ]
    return (*kept, *false)
