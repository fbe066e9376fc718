"""The training loop: a fixed number of steps, decayed learning rate, averaged weights, the best on dev kept."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import Adam

from training.analyser.batches import batches
from training.analyser.evaluation import bare, dev_score, evaluate
from training.analyser.schedule import batch_words, learning_rate

Epoch = Callable[[random.Random], list[Doc]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long and how fast to train; *words* are counted over all steps."""

    words: int
    seed: int = 0
    peak: float
    dropout: float
    first_batch: int = 300
    last_batch: int = 800
    checks: int = 12

    @property
    def steps(self) -> int:
        """Steps that see about *words*: the batch grows geometrically over the first half."""
        mean = sum(batch_words(i, 100, first=self.first_batch, last=self.last_batch) for i in range(100)) / 100
        return max(10, round(self.words / mean))


def train(nlp: Language, epoch: Epoch, dev: dict[str, list[Doc]], plan: Plan, keep: Callable[[], None]) -> None:
    """Train the initialised *nlp*; call *keep* under the averaged weights whenever they are the best yet on *dev*."""
    optimizer = Adam(plan.peak, L2=0.01, grad_clip=1.0, use_averages=True)
    started, best = time.process_time(), 0.0
    for step, batch in enumerate(_steps(epoch, plan)):
        optimizer.learn_rate = learning_rate(step, plan.steps, peak=plan.peak, warmup=plan.steps // 20)
        losses = nlp.update([Example(bare(doc), doc) for doc in batch], sgd=optimizer, drop=plan.dropout)
        if not _is_check(step + 1, plan):
            continue
        with nlp.use_params(optimizer.averages):
            scores = {name: evaluate(nlp, docs) for name, docs in dev.items()}
            if dev_score(scores.values()) > best:
                best = dev_score(scores.values())
                keep()
        print(_report(step + 1, plan, time.process_time() - started, losses, scores), flush=True)


def _is_check(step: int, plan: Plan) -> bool:
    return step == plan.steps or step % max(1, plan.steps // plan.checks) == 0


def _steps(epoch: Epoch, plan: Plan) -> Iterator[list[Doc]]:
    rng, step = random.Random(plan.seed), 0
    while True:
        words = batch_words(step, plan.steps, first=plan.first_batch, last=plan.last_batch)
        for batch in batches(epoch(rng), words, rng):
            yield batch
            step += 1
            if step >= plan.steps:
                return


def _report(
    step: int, plan: Plan, seconds: float, losses: dict[str, float], scores: dict[str, dict[str, float]]
) -> str:
    dev = "; ".join(f"{name} {score}" for name, score in scores.items())
    return f"step {step}/{plan.steps} cpu {seconds:.0f}s parser loss {losses['parser']:.1f} | {dev}"
