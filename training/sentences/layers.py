"""What the network and its teacher are made of: transformer layers of any width, over pieces without padding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

DROPOUT = 0.1
RARE, RARE_PART = -2.5, -4.0  #: biases of the heads at the start: most labels and parts hold of few


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a transformer's layers."""

    width: int
    heads: int
    inner: int
    epsilon: float


class Layer(nn.Module):
    """Self-attention and a feed-forward part, each with a normalised shortcut.

    Pieces of all sentences lie one after the other, without padding, but where they attend to one another.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width, self.heads = shape.width, shape.heads
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, shape.inner), nn.Linear(shape.inner, width)
        self.norm1, self.norm2 = nn.LayerNorm(width, shape.epsilon), nn.LayerNorm(width, shape.epsilon)

    def forward(self, x: Tensor, keep: Tensor, nearness: Tensor | None = None) -> Tensor:
        """Return *x* [pieces, width] changed; *keep* [sentences, longest] says where a sentence has a piece.

        *nearness* [heads, longest, longest], if given, is added to what pieces think of one another.
        """
        x = self.norm1(x + self._drop(self.out(self._attend(self.qkv(x), keep, nearness))))
        normed: Tensor = self.norm2(x + self._drop(self.down(functional.gelu(self.up(x)))))
        return normed

    def _attend(self, qkv: Tensor, keep: Tensor, nearness: Tensor | None) -> Tensor:
        width = qkv.shape[1] // 3
        q, k, v = padded(qkv, keep).view(*keep.shape, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        barred = torch.zeros(keep.shape).masked_fill(~keep, -1e4)[:, None, None, :]
        seen = q * (width // self.heads) ** -0.5 @ k.transpose(-1, -2) + barred
        weights = (seen if nearness is None else seen + nearness).softmax(-1).to(v.dtype)
        attended: Tensor = (weights @ v).transpose(1, 2).reshape(*keep.shape, width)
        return attended[keep]

    def _drop(self, x: Tensor) -> Tensor:
        return functional.dropout(x, DROPOUT, self.training)


class Heads(nn.Module):
    """What is said of a sentence from the mean of its pieces, and of each piece from itself."""

    def __init__(self, width: int, labels: int, parts: int) -> None:
        super().__init__()
        self.labels, self.parts = _head(width, labels, RARE), _head(width, parts, RARE_PART)

    def forward(self, x: Tensor, keep: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits [sentences, labels] and [pieces, parts] of *x* [pieces, width]."""
        mean = padded(x, keep).sum(1) / keep.sum(1, keepdim=True)
        labels: Tensor = self.labels(functional.dropout(mean.float(), 2 * DROPOUT, self.training))
        parts: Tensor = self.parts(functional.dropout(x, DROPOUT, self.training))
        return labels.float(), parts.float()


def laid_out(sentences: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor, Tensor]:
    """Return the pieces of all *sentences* [pieces], the place of each in its sentence, and where there is one."""
    lengths = torch.tensor([len(sentence) for sentence in sentences])
    places = torch.arange(int(lengths.max())).expand(len(sentences), -1)
    keep = places < lengths[:, None]
    return torch.tensor([number for sentence in sentences for number in sentence]), places[keep], keep


def padded(x: Tensor, keep: Tensor) -> Tensor:
    """Return *x* [pieces, width] as [sentences, longest, width]."""
    rows = x.new_zeros(*keep.shape, x.shape[1])
    rows[keep] = x
    return rows


def frozen(table: Tensor) -> nn.Embedding:
    """Return a table that is not learned."""
    return nn.Embedding(table.shape[0], table.shape[1], _weight=table, _freeze=True)


def pretrained(stored: Mapping[str, Tensor], sources: Mapping[str, Sequence[str]], layer: str, shape: Shape) -> Layer:
    """Return the *layer* as *stored*; *sources* names what each of its parts is made of."""
    made = Layer(shape)
    made.load_state_dict(
        {
            f"{part}.{kind}": torch.cat([stored[f"{layer}.{name}.{kind}"] for name in names])
            for part, names in sources.items()
            for kind in ("weight", "bias")
        }
    )
    return made


def _head(width: int, outputs: int, bias: float) -> nn.Linear:
    head = nn.Linear(width, outputs)
    nn.init.normal_(head.weight, std=0.02)
    nn.init.constant_(head.bias, bias)
    return head
