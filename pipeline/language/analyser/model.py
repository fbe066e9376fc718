"""The packed model: float16 weights and int8 word vectors, made whole when loaded."""

import zlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import srsly
from numpy.typing import NDArray
from spacy.attrs import intify_attr
from spacy.language import Language
from spacy.util import load_model_from_config
from spacy.vectors import Vectors
from spacy.vocab import Vocab
from thinc.api import Config, use_ops

from pipeline.language.analyser.lemmas import make_lemmas

Floats = NDArray[np.float32]

Language.factory("lemmas", func=make_lemmas)


@cache
def load() -> Language:
    """Return the English analyser, the same one on every call of this process.

    Call it on one text or ``pipe`` on many. Text of other languages gives trees of little worth, never an error.
    """
    return unpack(files(__package__).joinpath("model.bin").read_bytes())


def pack(nlp: Language) -> bytes:
    """Return *nlp* as one blob: its float32 weights as float16, its vectors as int8 with a scale for each row."""
    packed = {
        "config": nlp.config.to_str(),
        "pipes": {name: _cast_weights(pipe.to_bytes(exclude=["vocab"]), np.float16) for name, pipe in _pipes(nlp)},
        "strings": sorted(set(_label_strings(nlp))),
        "vectors": _pack_vectors(nlp.vocab),
    }
    return zlib.compress(srsly.msgpack_dumps(packed), level=9)


def unpack(blob: bytes) -> Language:
    """Return the pipeline that :func:`pack` made *blob* of.

    Weights are multiplied by numpy's own BLAS: thinc's is several times slower on processors that it does not know.
    """
    packed = srsly.msgpack_loads(zlib.decompress(blob))
    with use_ops("numpy", use_blis=False):
        nlp = load_model_from_config(Config().from_str(packed["config"]), auto_fill=False)
        for string in packed["strings"]:
            nlp.vocab.strings.add(string)
        nlp.vocab.vectors = _unpack_vectors(nlp.vocab, packed.pop("vectors"))
        for name, pipe in _pipes(nlp):
            pipe.from_bytes(_cast_weights(packed["pipes"].pop(name), np.float32), exclude=["vocab"])
    return nlp


def row_scales(table: Floats) -> NDArray[np.float16]:
    """Return for each row of *table* the size of one of the 127 steps on either side of zero."""
    largest: Floats = np.abs(table).max(axis=1, keepdims=True)
    return np.asarray(np.maximum(largest / 127, 1e-6), dtype=np.float16)


def _cast_weights(pipe: bytes, dtype: type[np.floating[Any]]) -> bytes:
    """Return the bytes of a spaCy component with the weights of its thinc model cast to *dtype*."""
    component = srsly.msgpack_loads(pipe)
    model = srsly.msgpack_loads(component["model"])
    model["params"] = [{name: _cast(value, dtype) for name, value in node.items()} for node in model["params"]]
    component["model"] = srsly.msgpack_dumps(model)
    return bytes(srsly.msgpack_dumps(component))


def _cast(value: Any, dtype: type[np.floating[Any]]) -> Any:
    is_weights = isinstance(value, np.ndarray) and value.dtype.kind == "f"
    return value.astype(dtype) if is_weights else value


def _label_strings(nlp: Language) -> Iterator[str]:
    """Yield the strings that components give to tokens: labels, features and the parts of lemma rules."""
    pipes = dict(_pipes(nlp))
    yield from (*pipes["tagger"].labels, *pipes["parser"].labels)
    for morph in pipes["morphologizer"].label_data["morph"].values():
        yield from (morph, *morph.split("|"))
    for tree in pipes["trainable_lemmatizer"].label_data["trees"]:
        yield from (tree[part] for part in ("orig", "subst") if part in tree)


def _pipes(nlp: Language) -> list[tuple[str, Any]]:
    """Return the components that have weights by name; spaCy types them as mere callables."""
    return [(name, pipe) for name, pipe in nlp.pipeline if hasattr(pipe, "to_bytes")]


def _pack_vectors(vocab: Vocab) -> dict[str, Any]:
    rows = sorted((row, vocab.strings[key]) for key, row in vocab.vectors.key2row.items())
    scale = row_scales(vocab.vectors.data)
    steps = np.round(vocab.vectors.data / scale.astype(np.float32)).astype(np.int8)
    return {"words": [word for _, word in rows], "steps": steps, "scale": scale}


def _unpack_vectors(vocab: Vocab, packed: dict[str, Any]) -> Vectors:
    data: Floats = packed["steps"] * packed["scale"].astype(np.float32)
    keys = [vocab.strings.add(word) for word in packed["words"]]
    return Vectors(data=data, keys=keys, strings=vocab.strings, attr=intify_attr("LOWER"))
