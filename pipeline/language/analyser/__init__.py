"""English syntax: tags, lemmas, features, dependencies and sentence starts, by a model that ships with the package.

MODEL.md says what it was trained on, how well it does, and under which licence the weights are. The recipe is
training/analyser.
"""

from pipeline.language.analyser.model import load

__all__ = ["load"]
