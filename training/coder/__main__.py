"""Fit the event coder, or measure it by cross-validation.

    python -m training.coder BENCH --views views.npz [--out FOLDER]        fit to everything, write the models
    python -m training.coder BENCH --views views.npz --cross-validate DIR   write out-of-fold codings, a file for each

BENCH is a benchmark folder (SET/docs, SET/gold). *views* holds what the sentence classifier says of articles that it
has not seen (training/sentences writes it). The choice of countries (training/coder/parties.py) is fitted before.
"""

import argparse
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

from pipeline.coder import linear, trees
from pipeline.coder.coder import BuiltinCoder
from pipeline.coder.linear import Linear, in_place_of_packaged
from pipeline.coder.models import Models
from pipeline.coder.reading import Reading
from pipeline.coder.views import Views
from pipeline.events.bench import to_bench
from training.coder.corpus import Example, benchmark, by_outlet, invented
from training.coder.events import Fitted, fit
from training.coder.views import read_views, views_of

PROCESSES = 2
PACKAGED = Path("pipeline/coder/data")


def main() -> None:
    """Do as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--views", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=PACKAGED)
    parser.add_argument("--cross-validate", type=Path)
    arguments = parser.parse_args()
    if arguments.cross_validate:
        cross_validate(arguments.bench, arguments.views, arguments.cross_validate)
    else:
        known = read_views(arguments.views)
        write(fit([*benchmark(arguments.bench), *invented()], partial(views_of, known)), arguments.out)


def write(fitted: Fitted, folder: Path) -> None:
    """Write the models as the coder reads them, a file for each."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in fields(Models):
        model = getattr(fitted.models, part.name)
        packed = linear.pack(model) if isinstance(model, Linear) else trees.pack(model)
        (folder / f"events-{part.name}.npz.gz").write_bytes(packed)
    for name, model in fitted.lines.items():
        (folder / f"{name}.npz.gz").write_bytes(linear.pack(model))


def cross_validate(bench: Path, views: Path, folder: Path) -> None:
    """Write for each article its coding by models that have not seen its outlet."""
    folder.mkdir(parents=True, exist_ok=True)
    _examples(bench)  # read once, for all the processes that are forked now
    with ProcessPoolExecutor(PROCESSES, get_context("fork")) as pool:
        list(pool.map(partial(_fold, bench, views, folder), range(5)))


@cache
def _examples(bench: Path) -> tuple[list[Example], list[Example]]:
    return benchmark(bench), invented()


def _fold(bench: Path, views: Path, folder: Path, number: int) -> None:
    known = read_views(views)
    examples, ours = _examples(bench)
    held = by_outlet(examples)[number]
    learned = [example for at, example in enumerate(examples) if at not in set(held)]
    fitted = fit([*learned, *ours], partial(views_of, known))
    with in_place_of_packaged(fitted.lines):
        for at in held:
            example = examples[at]
            coder = BuiltinCoder(models=fitted.models, view=partial(_seen, views_of(known, example)))
            coding = to_bench(coder.code(example.reading.document))
            (folder / f"{example.identity}.json").write_text(json.dumps(coding), encoding="utf-8")


def _seen(views: Views, reading: Reading, wanted: Sequence[int]) -> Views:
    asked = set(wanted)
    return [view if number in asked else {} for number, view in enumerate(views)]


if __name__ == "__main__":
    main()
