"""Fine-tuning of the network, and what it says of sentences that it has not seen."""

import random
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR

from pipeline.coder.sentences import Encoded, WordPieces
from training.sentences.corpus import HELPERS, LABELS, MODES, PARTS, TYPES, Article, Spot
from training.sentences.network import SHAPE, Network, read_pieces
from training.sentences.teacher import Teacher
from training.sentences.vocabulary import kept_pieces

_ASKED = 32  #: sentences that the teacher is asked at a time
WARM_UP = 0.1  #: share of the steps in which the learning rate rises
PART_WEIGHT = 0.7  #: of a part of a spot, a type of a sentence having 1
WEIGHTS = torch.tensor([1.0] * len(TYPES) + [0.5] * len(HELPERS) + [0.3] * len(MODES))


@dataclass(frozen=True, slots=True)
class Plan:
    """How to fit; rates are AdamW's, falling by *decay* with every layer further from the heads.

    *invented* is the weight of a sentence of an invented article, a real one having 1; at 0 it is left out.
    """

    layers: int = 6
    epochs: int = 6
    batch: int = 20
    rate: float = 2e-4
    head_rate: float = 4e-3
    decay: float = 0.9
    invented: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence to learn; of its spots the mean over words of the mean over pieces is judged."""

    pieces: Sequence[int]
    labels: Tensor  #: [labels], 0 or 1; of a sentence that a teacher knows the mean of that and the teacher's opinion
    shares: Tensor  #: [spots, pieces], those of a spot sum to 1
    parts: Tensor  #: [spots, parts], as labels
    known: Tensor  #: [spots, parts], 1 where the truth is known
    weight: float
    seen: Tensor | None = None  #: [pieces, width of the teacher], as its last layer has them


@dataclass(frozen=True, slots=True)
class Classifier:
    """A fitted network with the word pieces that it reads."""

    network: Network
    pieces: tuple[str, ...]


def fit(articles: Sequence[Article], plan: Plan, teacher: Teacher | None = None) -> Classifier:
    """Return what *articles* teach; the same ones and the same plan on the same machine give the same weights.

    With a fitted *teacher* the network learns, beside the annotation, what that says of the same sentences, and to see
    their pieces as its last layer does (knowledge distillation: Hinton et al. 2015; Jiao et al., *TinyBERT*, 2020).
    """
    torch.manual_seed(plan.seed)
    kept, words = _words()
    network = Network(kept, plan.layers, len(LABELS), len(PARTS))
    examples = _examples(articles, WordPieces(words), plan)
    if teacher is None:
        _train(network, examples, plan)
    else:
        _train(network, _told(examples, teacher), plan, nn.Linear(SHAPE.width, teacher.width))
    return Classifier(network, words)


def fit_teacher(articles: Sequence[Article], plan: Plan, folder: Path) -> Teacher:
    """Return the teacher whose weights lie in *folder*, fine-tuned to *articles*."""
    torch.manual_seed(plan.seed)
    _, words = _words()
    teacher = Teacher(folder, words, len(LABELS), len(PARTS))
    _train(teacher, _examples(articles, WordPieces(words), plan), plan)
    return teacher


def _words() -> tuple[list[int], tuple[str, ...]]:
    pieces = read_pieces()
    kept = kept_pieces(pieces)
    return kept, tuple(pieces[number] for number in kept)


def _told(examples: Sequence[Example], teacher: Teacher) -> list[Example]:
    """Return *examples* with what *teacher* thinks of them."""
    found = list(examples)
    order = sorted(range(len(examples)), key=lambda at: len(examples[at].pieces))
    for start in range(0, len(order), _ASKED):
        some = order[start : start + _ASKED]
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            x, keep = teacher.encode([examples[at].pieces for at in some])
            labels, parts = teacher.heads(x, keep)
        lengths = [len(examples[at].pieces) for at in some]
        for at, said, own, seen in zip(some, labels, parts.split(lengths), x.split(lengths), strict=True):
            known = examples[at]
            found[at] = replace(
                known,
                labels=(known.labels + said.sigmoid()) / 2,
                parts=(known.parts + (known.shares @ own).sigmoid()) / 2,
                seen=seen.bfloat16(),
            )
    return found


def _examples(articles: Sequence[Article], encoder: WordPieces, plan: Plan) -> list[Example]:
    weights = [1.0 if article.is_real else plan.invented for article in articles]
    return [
        _example(encoder.encode(text), labels, spots, weight)
        for article, weight in zip(articles, weights, strict=True)
        if weight
        for text, labels, spots in zip(article.texts, article.labels, article.spots, strict=True)
    ]


def _example(encoded: Encoded, labels: AbstractSet[str], spots: Sequence[Spot], weight: float) -> Example:
    read = [(spot, share) for spot in spots if (share := _share(encoded, spot)) is not None]
    return Example(
        encoded.pieces,
        torch.tensor([float(label in labels) for label in LABELS]),
        torch.stack([share for _, share in read]) if read else torch.zeros(0, len(encoded.pieces)),
        torch.tensor([[float(part in spot.played) for part in PARTS] for spot, _ in read]).view(-1, len(PARTS)),
        torch.tensor([[float(part in spot.known) for part in PARTS] for spot, _ in read]).view(-1, len(PARTS)),
        weight,
    )


def _share(encoded: Encoded, spot: Spot) -> Tensor | None:
    """Return the share of each piece in *spot*, None when no word of it was read."""
    bounds = (*encoded.firsts, len(encoded.pieces) - 1)
    words = range(bisect_left(encoded.starts, spot.start), bisect_left(encoded.starts, spot.end))
    share = torch.zeros(len(encoded.pieces))
    for word in words:
        first, end = bounds[word], bounds[word + 1]
        share[first:end] = 1 / (len(words) * (end - first))
    return share if words else None


def _train(
    network: Network | Teacher, examples: list[Example], plan: Plan, projection: nn.Linear | None = None
) -> None:
    rng = random.Random(plan.seed)
    optimizer = AdamW(_groups(network, plan, projection), weight_decay=0.01, fused=True)
    steps = plan.epochs * -(-len(examples) // plan.batch)
    schedule = LambdaLR(optimizer, lambda step: _rate(step, steps))
    network.train()
    for _ in range(plan.epochs):
        for batch in _batches(examples, plan.batch, rng):
            optimizer.zero_grad()
            torch.autograd.backward(_loss(network, batch, projection))
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    network.eval()


def _groups(network: Network | Teacher, plan: Plan, projection: nn.Linear | None) -> list[dict[str, object]]:
    bottom_up = [network.norm, *network.layers]
    layers: list[dict[str, object]] = [
        {"params": list(layer.parameters()), "lr": plan.rate * plan.decay ** (len(bottom_up) - 1 - depth)}
        for depth, layer in enumerate(bottom_up)
    ]
    new = [*network.heads.parameters(), *(projection.parameters() if projection else ())]
    return [*layers, {"params": new, "lr": plan.head_rate}]


def _rate(step: int, steps: int) -> float:
    """Return the share of the learning rate at *step*: it rises, then falls to nothing."""
    return min((step + 1) / (WARM_UP * steps), (steps - step) / ((1 - WARM_UP) * steps))


def _batches(examples: list[Example], size: int, rng: random.Random) -> Iterator[list[Example]]:
    order = rng.sample(examples, len(examples))
    return (order[start : start + size] for start in range(0, len(order), size))


def _loss(network: Network | Teacher, batch: list[Example], projection: nn.Linear | None) -> Tensor:
    with torch.autocast("cpu", torch.bfloat16):
        x, keep = network.encode([example.pieces for example in batch])
        labels, pieces = network.heads(x, keep)
        views = projection(x) if projection else x
    weights = torch.tensor([example.weight for example in batch])
    lengths = [len(example.pieces) for example in batch]
    of_labels = _entropy(labels, torch.stack([example.labels for example in batch]))
    total = ((of_labels * WEIGHTS).sum(1) * weights).sum()
    for example, own, view in zip(batch, pieces.split(lengths), views.split(lengths), strict=True):
        of_parts = _entropy(example.shares @ own, example.parts)
        total = total + PART_WEIGHT * example.weight * (of_parts * example.known).sum()
        if example.seen is not None:
            alike = functional.cosine_similarity(view.float(), example.seen.float(), dim=-1)
            total = total + example.weight * (1 - alike).mean()
    return total / len(batch)


def _entropy(logits: Tensor, wanted: Tensor) -> Tensor:
    return functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
