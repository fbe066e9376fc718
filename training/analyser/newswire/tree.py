"""Trees made by hand: a node with its dependants left and right, read off into the rows of a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from training.analyser.newswire import morphology
from training.analyser.trees import Sentence, Word

_NO_SPACE_BEFORE = frozenset({",", ".", ":", ";", "?", "!", ")", "'s", "’s", "”", "%", "-"})
_NO_SPACE_AFTER = frozenset({"(", "“", "$", "-"})
_OPENING_QUOTE, _CLOSING_QUOTE = "``", "''"


@dataclass(slots=True)
class Node:
    """A word and its dependants, in order of the sentence."""

    text: str
    lemma: str
    pos: str
    tag: str
    morph: str = ""
    left: "list[tuple[str, Node]]" = field(default_factory=list)
    right: "list[tuple[str, Node]]" = field(default_factory=list)

    def first(self, dep: str, node: "Node") -> "Node":
        """Put *node* before all else; return self."""
        self.left.insert(0, (dep, node))
        return self

    def before(self, dep: str, node: "Node") -> "Node":
        """Put *node* right before the word; return self."""
        self.left.append((dep, node))
        return self

    def after(self, dep: str, node: "Node") -> "Node":
        """Put *node* after all that there is; return self."""
        self.right.append((dep, node))
        return self

    def next(self, dep: str, node: "Node") -> "Node":
        """Put *node* right after the word; return self."""
        self.right.insert(0, (dep, node))
        return self

    def in_order(self) -> "Iterator[tuple[Node, Node, str]]":
        """Yield (node, head, relation) from left to right; the root heads itself."""
        yield from self._walk(self, "ROOT")

    def _walk(self, head: "Node", dep: str) -> "Iterator[tuple[Node, Node, str]]":
        for relation, node in self.left:
            yield from node._walk(self, relation)
        yield self, head, dep
        for relation, node in self.right:
            yield from node._walk(self, relation)


def to_sentence(root: Node) -> Sentence:
    """Return the rows of the tree under *root*, spaced as in print."""
    rows = list(root.in_order())
    places = {id(node): place for place, (node, _, _) in enumerate(rows)}
    following = [node for node, _, _ in rows[1:]] + [None]
    return tuple(
        Word(
            text=node.text, lemma=node.lemma, pos=node.pos, tag=node.tag, morph=node.morph,
            head=places[id(head)], dep=dep, has_space=_has_space(node, after),
        )
        for (node, head, dep), after in zip(rows, following, strict=True)
    )  # fmt: skip


def _has_space(node: Node, following: Node | None) -> bool:
    if following is None:
        return True
    if node.tag == _OPENING_QUOTE or following.tag == _CLOSING_QUOTE:
        return False
    return node.text not in _NO_SPACE_AFTER and following.text not in _NO_SPACE_BEFORE


def capitalise(root: Node) -> Node:
    """Give the first word of the sentence (behind an opening quote) its capital."""
    for node, _, _ in root.in_order():
        if node.pos != "PUNCT":
            node.text = node.text[:1].upper() + node.text[1:]
            break
    return root


def noun(lemma: str, *, plural: bool = False) -> Node:
    """A common noun."""
    if lemma in morphology.PLURAL_ONLY:
        plural = True
    text = morphology.plural(lemma) if plural else lemma
    return Node(text, lemma, "NOUN", "NNS" if plural else "NN", f"Number={'Plur' if plural else 'Sing'}")


def name(text: str) -> Node:
    """A proper noun, flat unless it begins with a modifier; hyphens are tokens, as in the treebank."""
    words = text.replace("-", " - ").split()
    if words[0] in morphology.MODIFIERS and len(words) > 1:
        return titled(text)
    root = _proper(words[0])
    for word in words[1:]:
        root.after("punct", punct("-", "HYPH")) if word == "-" else root.after("flat", _proper(word))
    return root


def titled(text: str) -> Node:
    """A name of common nouns, headed by its last word ("Prime Minister", "Arab League")."""
    *modifiers, last = text.split()
    root = _proper(last)
    for word in modifiers:
        is_adjective = word in morphology.ADJECTIVES
        root.before("amod" if is_adjective else "compound", adjective(word) if is_adjective else _proper(word))
        root.left[-1][1].tag = "NNP"
    return root


def _proper(word: str) -> Node:
    is_plural = word in morphology.PLURAL_NAMES
    return Node(word, word, "PROPN", "NNPS" if is_plural else "NNP", f"Number={'Plur' if is_plural else 'Sing'}")


def adjective(text: str) -> Node:
    """An adjective in the positive; a hyphenated one is headed by its last part."""
    *parts, last = text.split("-")
    root = Node(last, last, "ADJ", "JJ", "Degree=Pos")
    if parts:
        prefix = parts[0]
        root.before("compound", Node(prefix, prefix, "ADJ", "JJ", "Degree=Pos")).before("punct", punct("-", "HYPH"))
    return root


def adverb(text: str) -> Node:
    """An adverb."""
    return Node(text, text, "ADV", "RB")


def preposition(text: str) -> Node:
    """A preposition, for case."""
    return Node(text, text, "ADP", "IN")


def subordinator(text: str) -> Node:
    """A conjunction or "to" that opens a clause, for mark."""
    return Node(text, text, "PART", "TO") if text == "to" else Node(text, text, "SCONJ", "IN")


def conjunction(text: str) -> Node:
    """And, or, but."""
    return Node(text, text, "CCONJ", "CC")


def particle(text: str) -> Node:
    """The particle of a phrasal verb."""
    return Node(text, text, "ADP", "RP")


def determiner(text: str) -> Node:
    """An article or another determiner."""
    kind = morphology.DETERMINERS.get(text, "PronType=Art")
    return Node(text, "a" if text == "an" else text, "DET", "DT", kind)


def number(text: str) -> Node:
    """A cardinal in digits or words."""
    return Node(text, text, "NUM", "CD", "NumType=Card")


def pronoun(text: str) -> Node:
    """A pronoun of the few that the patterns use."""
    lemma, tag, morph = morphology.PRONOUNS[text]
    return Node(text, lemma, "DET" if tag == "DT" else "PRON", tag, morph)


def possessive(owner: Node) -> Node:
    """Return *owner* with its 's."""
    return owner.after("case", Node("'s", "'s", "PART", "POS"))


def punct(text: str, tag: str | None = None) -> Node:
    """A punctuation mark."""
    return Node(text, text, "PUNCT", tag or morphology.MARKS.get(text, text))


def verb(lemma: str, form: str, *, plural: bool = False) -> Node:
    """A full verb; *form* is one of morphology.FORMS."""
    text, tag, morph = morphology.inflect(lemma, form, plural=plural)
    return Node(text, lemma, "VERB", tag, morph)


def auxiliary(lemma: str, form: str, *, plural: bool = False) -> Node:
    """Be, have, do or a modal."""
    text, tag, morph = morphology.inflect(lemma, form, plural=plural)
    return Node(text, lemma, "AUX", tag, morph)
