"""Predicates of newswire, ready but for the form of the verb that the sentence around asks for."""

from collections.abc import Callable
from dataclasses import dataclass

from training.analyser.newswire.phrases import Phrases
from training.analyser.newswire.tree import Node, adverb, auxiliary, noun, particle, preposition, subordinator, verb

_TRANSITIVE = {
    "victims": (
        "kill", "wound", "injure", "abduct", "kidnap", "behead", "execute", "ambush", "arrest", "detain", "rescue",
        "free", "release", "evacuate",
    ),
    "target": (
        "shell", "bomb", "attack", "strike", "hit", "target", "raid", "storm", "seize", "capture", "burn", "destroy",
        "besiege", "overrun", "damage", "bombard", "blockade", "occupy", "shut", "loot", "torch", "cross", "enter",
        "leave", "reach", "retake", "encircle", "pound", "visit",
    ),
    "party": (
        "condemn", "criticise", "praise", "warn", "support", "back", "sanction", "attack", "recognise", "thank", "meet",
        "defeat", "fight", "ban", "sue",
    ),
    "matter": (
        "discuss", "reject", "sign", "welcome", "suspend", "announce", "approve", "violate", "oppose", "ratify", "end",
        "extend", "cancel", "lift",
    ),
}  # fmt: skip
HARMED, STRUCK = _TRANSITIVE["victims"], _TRANSITIVE["target"][:20]
_INTRANSITIVE = (
    "withdraw", "advance", "retreat", "surrender", "march", "protest", "rally", "resign", "gather", "flee", "return",
    "arrive",
)  # fmt: skip
_PHRASAL = ("carry out", "launch", "conduct", "stage", "mount", "order", "plan", "repel", "call off")


@dataclass(frozen=True, slots=True)
class Clause:
    """A predicate ready but for its form: *build(form, plural)* returns the verb and its complements."""

    build: Callable[[str, bool], Node]
    subject: Callable[[], Node]


def is_plural(node: Node) -> bool:
    """Return whether a subject takes a plural verb."""
    return (
        node.tag == "NNS"
        or node.text in ("police", "troops")
        or any(dep == "conj" for dep, _ in node.right)
        or node.tag == "CD"
    )


class Predicates:
    """A source of random predicates and of their forms."""

    def __init__(self, phrases: Phrases) -> None:
        self.p = phrases
        self.rng = phrases.rng

    def finite(self, clause: Clause, tense: str = "past") -> Node:
        """Troops shelled the town: the verb as the root."""
        subject = clause.subject()
        return clause.build(tense, is_plural(subject)).first("nsubj", subject)

    def with_auxiliary(self, clause: Clause) -> Node:
        """Troops have shelled, will shell, may shell, did not shell, are shelling the town."""
        subject = clause.subject()
        plural = is_plural(subject)
        helper = self.rng.choice(("have", "have", "had", "will", "will", "could", "may", "would", "be", "do"))
        form = {"have": "participle", "had": "participle", "be": "progressive"}.get(helper, "base")
        root = clause.build(form, plural)
        negation = Node("not", "not", "PART", "RB", "Polarity=Neg")
        if helper == "do" or self.p.chance(0.1):
            root.first("advmod", negation)
        elif self.p.chance(0.1):
            root.first("advmod", adverb(self.rng.choice(("also", "already", "reportedly", "repeatedly", "now"))))
        tense = "past" if helper in ("had", "do") or self.p.chance(0.3) else "present"
        lemma = "have" if helper == "had" else helper
        return root.first("aux", auxiliary(lemma, tense, plural=plural)).first("nsubj", subject)

    def gerund(self, clause: Clause, form: str = "gerund") -> Node:
        """shelling the town."""
        return clause.build(form, False)

    def infinitive(self, clause: Clause) -> Node:
        """to shell the town."""
        return clause.build("base", False).first("mark", subordinator("to"))

    def transitive(self) -> Clause:
        """kill 14 people; shell the town in Marib; condemn the attack."""
        kind = self.rng.choice(("victims", "victims", "target", "target", "party", "matter"))
        lemma = self.rng.choice(_TRANSITIVE[kind])
        makers = {"victims": self.p.victims, "target": self.p.target, "party": self.p.party, "matter": self.p.matter}
        subject = self.p.party if kind in ("party", "matter") else self.p.actor

        def build(form: str, plural: bool) -> Node:
            thing = makers[kind]()
            root = verb(lemma, form, plural=plural).after("obj", thing)
            self._adjuncts(root, place_on=thing if kind in ("target", "matter") else None)
            return root

        return Clause(build, subject)

    def attacking(self) -> Clause:
        """carry out an attack on; open fire on; launch an offensive against; fire rockets at."""
        choice = self.rng.randrange(6)

        def build(form: str, plural: bool) -> Node:
            if choice == 0:
                root = verb("open", form, plural=plural).after("obj", noun("fire"))
                root.after(
                    "obl",
                    self._one(self.p.target, self.p.victims).first("case", preposition(self.rng.choice(("on", "at")))),
                )
            elif choice == 1:
                weapon = noun(self.rng.choice(("rocket", "missile", "shell", "mortar", "shot", "grenade")), plural=True)
                if self.p.chance(0.4):
                    weapon.first("nummod", self.p.count())
                root = verb(self.rng.choice(("fire", "launch", "lob")), form, plural=plural).after("obj", weapon)
                root.after(
                    "obl",
                    self._one(self.p.target, self.p.place).first(
                        "case", preposition(self.rng.choice(("at", "into", "towards")))
                    ),
                )
            elif choice == 2:
                root = verb("fire", form, plural=plural).after(
                    "obl", self.p.victims().first("case", preposition(self.rng.choice(("on", "at"))))
                )
            elif choice == 3:
                troops = noun(self.rng.choice(("troop", "tank", "warship", "police", "drone")), plural=True)
                root = verb(self.rng.choice(("send", "deploy", "move")), form, plural=plural).after("obj", troops)
                root.after("obl", self.p.place().first("case", preposition(self.rng.choice(("to", "into", "in")))))
            else:
                lemma, _, part = self.rng.choice(_PHRASAL).partition(" ")
                root = verb(lemma, form, plural=plural)
                if part:
                    root.after("compound:prt", particle(part))
                root.after("obj", self.p.attack())
            self._adjuncts(root, place_on=None if choice in (2, 3) else root.right[-1][1])
            return root

        return Clause(build, self.p.actor)

    def moving(self) -> Clause:
        """withdraw from the city; protest against the deal."""
        lemma = self.rng.choice(_INTRANSITIVE)
        word = {
            "march": "through",
            "rally": "in",
            "gather": "outside",
            "return": "to",
            "arrive": "in",
            "advance": "on",
        }.get(lemma, "from")

        def build(form: str, plural: bool) -> Node:
            root = verb(lemma, form, plural=plural)
            if lemma in ("surrender", "resign", "protest"):
                self._adjuncts(root)
                return root
            return root.after("obl", self._one(self.p.place, self.p.target).first("case", preposition(word)))

        return Clause(build, self.p.actor)

    def predicate(self) -> Clause:
        """Any predicate that an actor governs."""
        return self.rng.choice((self.transitive, self.transitive, self.attacking, self.moving))()

    def _adjuncts(self, root: Node, place_on: Node | None = None) -> None:
        """Add time and place, in either order, or nothing; a place right after *place_on* is that thing's own."""
        added = [maker() for maker in (self.p.where, self.p.when) if self.p.chance(0.4)]
        self.rng.shuffle(added)
        for dep, node in added:
            self._add(root, dep, node, place_on)
            place_on = None
        if self.p.chance(0.08):
            root.after("obl", self._reason())

    def _add(self, root: Node, dep: str, node: Node, place_on: Node | None) -> None:
        is_place = dep == "obl" and node.left[0][1].text != "on"
        if place_on is not None and is_place:
            if not any(relation == "nmod" for relation, _ in place_on.right):
                place_on.after("nmod", node)
            return
        root.after(dep, node)

    def _reason(self) -> Node:
        """in response to an attack; because of the ceasefire; amid fighting."""
        choice = self.rng.random()
        if choice < 0.4:
            cause = self.p.attack().first("case", preposition(self.rng.choice(("to", "for"))))
            return (
                noun(self.rng.choice(("response", "retaliation", "revenge")))
                .first("case", preposition("in"))
                .after("nmod", cause)
            )
        if choice < 0.7:
            because = Node("because", "because", "ADP", "IN").after("fixed", preposition("of"))
            return self.p.matter().first("case", because)
        return self.p.matter().first("case", preposition(self.rng.choice(("amid", "over", "despite"))))

    def _one(self, *makers: Callable[[], Node]) -> Node:
        return self.p.one_of(*makers)
