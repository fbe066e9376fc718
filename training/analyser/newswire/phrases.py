"""Noun phrases of newswire: victims, attacks, matters; with actors and places, all there are."""

from training.analyser.newswire.actors import Actors
from training.analyser.newswire.places import COUNTS
from training.analyser.newswire.source import with_an
from training.analyser.newswire.tree import (
    Node,
    adjective,
    conjunction,
    determiner,
    name,
    noun,
    number,
    possessive,
    preposition,
    pronoun,
    punct,
)  # fmt: skip


class Phrases(Actors):
    """A source of noun phrases of every kind."""

    def victims(self) -> Node:
        """at least 14 people; dozens of Yemeni civilians; two soldiers and a child; 30 others; several villagers."""
        choice = self.rng.random()
        if choice < 0.15:
            return self.dozens()
        if choice < 0.25:
            return self.victim_group().after("conj", self.victim_group().first("cc", conjunction("and")))
        if choice < 0.35:
            return with_an(noun(self.pick("civilians")).first("det", determiner("a")))
        if choice < 0.42:
            return self.count()
        return self.victim_group()

    def dozens(self) -> Node:
        """dozens of people; hundreds of Palestinian protesters."""
        people = noun(self.pick("civilians"), plural=True)
        if self.chance(0.3):
            people.before("amod", self.demonym())
        return noun(self.rng.choice(("dozen", "hundred", "thousand", "score")), plural=True).after(
            "nmod", people.first("case", preposition("of"))
        )

    def victim_group(self) -> Node:
        """14 civilians; three Afghan policemen; several people."""
        if self.chance(0.12):
            return noun(self.pick("civilians")).first("nummod", number("one"))
        root = noun(self.pick("civilians"), plural=True)
        if self.chance(0.25):
            root.before("amod", self.demonym())
        if self.chance(0.15):
            return root.first("amod", adjective("several"))
        return root if self.chance(0.05) else root.first("nummod", self.count())

    def detailed_victims(self) -> Node:
        """12 people, including two children; nine soldiers, two of them officers: to be closed by what follows."""
        root = self.victim_group()
        choice = self.rng.random()
        if choice < 0.5:
            including = Node("including", "include", "VERB", "VBG", "Tense=Pres|VerbForm=Part")
            return root.after("nmod", self.victim_group().first("case", including).first("punct", punct(",")))
        if choice < 0.75:
            some = number(self.rng.choice(COUNTS[:6])).after("nmod", pronoun("them").first("case", preposition("of")))
            detail = noun(self.pick("civilians"), plural=True).before("punct", punct(",")).before("nsubj", some)
            return root.after("acl", detail)
        return root.after(
            "nmod", noun(self.rng.choice(("child", "woman")), plural=True).first("case", preposition("among"))
        )

    def attack(self) -> Node:
        """a suicide attack; an airstrike on the city; Monday's bombing; rocket attacks by Hamas."""
        root = noun(
            self.rng.choice(
                (
                    "attack",
                    "raid",
                    "airstrike",
                    "strike",
                    "bombing",
                    "ambush",
                    "explosion",
                    "blast",
                    "assault",
                    "offensive",
                    "shooting",
                )
            )
        )
        if self.chance(0.35):
            root.before(
                "compound",
                noun(
                    self.rng.choice(
                        ("rocket", "missile", "mortar", "drone", "bomb", "suicide", "arson", "artillery", "grenade")
                    )
                ),
            )
        if self.chance(0.2):
            root.first("amod", self.demonym())
        if self.chance(0.15):
            root.first("nmod:poss", possessive(name(self.pick("days"))))
        else:
            root.first("det", determiner(self.rng.choice(("a", "the"))))
        if self.chance(0.35):
            root.after("nmod", self.target().first("case", preposition(self.rng.choice(("on", "against", "at")))))
        elif self.chance(0.4):
            root.after("nmod", self.place().first("case", preposition("in")))
        return with_an(root)

    def matter(self) -> Node:
        """the ceasefire; a border dispute; gas prices."""
        root = noun(self.pick("matters"))
        if self.chance(0.3):
            root.before("compound", noun(self.rng.choice(("border", "trade", "peace", "gas", "security", "hostage"))))
        if self.chance(0.3):
            root.after("nmod", self.place().first("case", preposition(self.rng.choice(("in", "with", "in")))))
        return with_an(root.first("det", determiner(self.rng.choice(("the", "a", "this")))))
