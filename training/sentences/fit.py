"""Fine-tuning of the network, and what it says of sentences that it has not seen."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR

from pipeline.coder.sentences import WordPieces
from training.sentences.corpus import HELPERS, LABELS, MODES, TYPES, Article
from training.sentences.network import Network, read_pieces
from training.sentences.vocabulary import kept_pieces

Example = tuple[list[int], Tensor, float]

WARM_UP = 0.1  #: share of the steps in which the learning rate rises
WEIGHTS = torch.tensor([1.0] * len(TYPES) + [0.5] * len(HELPERS) + [0.3] * len(MODES))


@dataclass(frozen=True, slots=True)
class Plan:
    """How to fit; rates are AdamW's, falling by *decay* with every layer further from the head.

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
class Classifier:
    """A fitted network with the word pieces that it reads."""

    network: Network
    pieces: tuple[str, ...]


def fit(articles: Sequence[Article], plan: Plan) -> Classifier:
    """Return what *articles* teach; the same ones and the same plan on the same machine give the same weights."""
    torch.manual_seed(plan.seed)
    pieces = read_pieces()
    kept = kept_pieces(pieces)
    classifier = Classifier(Network(kept, plan.layers, len(LABELS)), tuple(pieces[number] for number in kept))
    _train(classifier.network, _examples(articles, WordPieces(classifier.pieces), plan), plan)
    return classifier


def _examples(articles: Sequence[Article], encoder: WordPieces, plan: Plan) -> list[Example]:
    weights = [1.0 if article.is_real else plan.invented for article in articles]
    return [
        (encoder.encode(text), torch.tensor([float(label in labels) for label in LABELS]), weight)
        for article, weight in zip(articles, weights, strict=True)
        if weight
        for text, labels in zip(article.texts, article.labels, strict=True)
    ]


def _train(network: Network, examples: list[Example], plan: Plan) -> None:
    rng = random.Random(plan.seed)
    optimizer = AdamW(_groups(network, plan), weight_decay=0.01, fused=True)
    steps = plan.epochs * -(-len(examples) // plan.batch)
    schedule = LambdaLR(optimizer, lambda step: _rate(step, steps))
    network.train()
    for _ in range(plan.epochs):
        for batch in _batches(examples, plan.batch, rng):
            optimizer.zero_grad()
            torch.autograd.backward(_loss(network, batch))
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    network.eval()


def _groups(network: Network, plan: Plan) -> list[dict[str, object]]:
    bottom_up = [network.norm, *network.layers]
    layers: list[dict[str, object]] = [
        {"params": list(layer.parameters()), "lr": plan.rate * plan.decay ** (len(bottom_up) - 1 - depth)}
        for depth, layer in enumerate(bottom_up)
    ]
    return [*layers, {"params": list(network.head.parameters()), "lr": plan.head_rate}]


def _rate(step: int, steps: int) -> float:
    """Return the share of the learning rate at *step*: it rises, then falls to nothing."""
    return min((step + 1) / (WARM_UP * steps), (steps - step) / ((1 - WARM_UP) * steps))


def _batches(examples: list[Example], size: int, rng: random.Random) -> Iterator[list[Example]]:
    order = rng.sample(examples, len(examples))
    return (order[start : start + size] for start in range(0, len(order), size))


def _loss(network: Network, batch: list[Example]) -> Tensor:
    with torch.autocast("cpu", torch.bfloat16):
        logits = network([pieces for pieces, _, _ in batch])
    wanted = torch.stack([labels for _, labels, _ in batch])
    weights = torch.tensor([weight for _, _, weight in batch])
    losses = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    return ((losses * WEIGHTS).sum(1) * weights).mean()
