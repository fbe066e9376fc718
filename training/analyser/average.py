"""Average two packed models: python -m training.analyser.average --out FILE MODEL MODEL

The second must have gone on from the first. Between two such models the loss is flat, and the middle does better on
what neither saw than both ends (Wortsman et al. 2022, "Model soups").
"""

import argparse
from pathlib import Path
from typing import Any

from spacy.language import Language

from pipeline.language.analyser.model import pack, unpack


def main() -> None:
    """Write the average of two models."""
    parser = argparse.ArgumentParser(prog="python -m training.analyser.average", description=__doc__)
    parser.add_argument("models", type=Path, nargs=2)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    first, second = (unpack(path.read_bytes()) for path in options.models)
    average(first, second)
    options.out.write_bytes(pack(first))


def average(first: Language, second: Language) -> None:
    """Move each weight of *first* half-way to that of *second*."""
    for name in first.pipe_names:
        mine: Any = first.get_pipe(name)
        other: Any = second.get_pipe(name)
        if hasattr(mine, "model"):
            _average(mine.model, other.model)


def _average(model: Any, other: Any) -> None:
    for node, twin in zip(model.walk(), other.walk(), strict=True):
        for name in node.param_names:
            if node.has_param(name):
                node.set_param(name, (node.get_param(name) + twin.get_param(name)) / 2)


if __name__ == "__main__":
    main()
