"""The fitted models that decide together what an article tells of events."""

from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from pipeline.coder import linear, trees
from pipeline.coder.linear import Linear
from pipeline.coder.trees import Forest


@dataclass(frozen=True, slots=True)
class Models:
    """What training/coder fits, in the order in which the coder asks."""

    words: Linear  #: what a word tells
    tellings: Forest  #: whether a word tells an event of a type
    merging: Forest  #: whether two tellings are of one happening
    keeping: Forest  #: whether a happening is one that the codebook codes
    arguments: Linear  #: how a party stands to a telling
    actors: Forest  #: whether a side did it
    recipients: Forest  #: whether a side underwent it
    status: Linear  #: occurred, planned, hypothetical or negated


@cache
def packaged() -> Models:
    """Return the packaged models, the same ones on every call of this process."""
    return read(files(__package__).joinpath("data"))


def read(folder: Traversable) -> Models:
    """Return the models stored in *folder*, a file for each."""
    blob = {part.name: folder.joinpath(f"events-{part.name}.npz.gz").read_bytes() for part in fields(Models)}
    return Models(
        words=linear.unpack(blob["words"]),
        tellings=trees.unpack(blob["tellings"]),
        merging=trees.unpack(blob["merging"]),
        keeping=trees.unpack(blob["keeping"]),
        arguments=linear.unpack(blob["arguments"]),
        actors=trees.unpack(blob["actors"]),
        recipients=trees.unpack(blob["recipients"]),
        status=linear.unpack(blob["status"]),
    )
