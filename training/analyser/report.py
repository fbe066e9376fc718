"""Score a packed model: python -m training.analyser.report --treebank FOLDER [--model FILE] [--probe FILE]

Prints a Markdown table for the model card: the three tests on gold tokens and on raw text, speed and size.
"""

import argparse
import time
from collections.abc import Iterable
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language.analyser.model import unpack
from training.analyser.corpus import read_dev, read_tests
from training.analyser.evaluation import METRICS, evaluate
from training.analyser.probe import missed, read_probes

SHIPPED = Path("pipeline/language/analyser/model.bin")
PROBE = Path("tests/data/analyser_probe.tsv")


def main() -> None:
    """Print all scores of one model."""
    options = _options()
    nlp = unpack(options.model.read_bytes())
    print("| set | " + " | ".join(METRICS) + " |")
    print("|---" * (len(METRICS) + 1) + "|")
    sets = read_dev(options.treebank, nlp.vocab) | read_tests(options.treebank, nlp.vocab)
    for name, docs in sets.items():
        print(_row(name, evaluate(nlp, docs)))
        print(_row(f"{name}, raw text", evaluate(nlp, docs, tokenise=True)))
    print(f"\n{options.model.stat().st_size / 1e6:.1f} MB; {_speed(nlp, sets['dev']):,.0f} tokens per CPU-second")
    _print_probe(nlp, options.probe)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.analyser.report", description=__doc__)
    parser.add_argument("--treebank", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=SHIPPED)
    parser.add_argument("--probe", type=Path, default=PROBE)
    return parser.parse_args()


def _row(name: str, scores: dict[str, float]) -> str:
    return f"| {name} | " + " | ".join(f"{score:.1f}" for score in scores.values()) + " |"


def _speed(nlp: Language, docs: Iterable[Doc]) -> float:
    texts = [doc.text for doc in docs]
    started = time.process_time()
    tokens = sum(len(doc) for doc in nlp.pipe(texts))
    return tokens / (time.process_time() - started)


def _print_probe(nlp: Language, path: Path) -> None:
    probes = read_probes(path)
    failures = missed(nlp, probes)
    relations = sum(len(probe.relations) for probe in probes)
    whole = len(probes) - len({probe.text for probe, _ in failures})
    print(f"probe: {relations - len(failures)} of {relations} relations, {whole} of {len(probes)} sentences whole")
    for probe, relation in failures:
        print(f"  {relation.head} –{'|'.join(sorted(relation.labels))}→ {'|'.join(relation.dependants)}: {probe.text}")


if __name__ == "__main__":
    main()
