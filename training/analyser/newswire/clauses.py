"""Finite clauses of newswire: what happened."""

from training.analyser.newswire.predicates import HARMED, STRUCK, Predicates, is_plural
from training.analyser.newswire.tree import (
    Node,
    adjective,
    auxiliary,
    conjunction,
    determiner,
    noun,
    number,
    particle,
    preposition,
    pronoun,
    punct,
    subordinator,
    verb,
)  # fmt: skip

_HARM = ("kill", "wound", "injure")
_BY_FIRE = ("in", "during", "after")


class Clauses(Predicates):
    """A source of random clauses, the verb their root."""

    def any(self) -> Node:
        """A finite clause of any kind, the verb its root."""
        return self.rng.choice((
            self.active, self.active, self.active, self.passive, self.passive, self.shot_dead, self.clashed,
            self.left_dead, self.died, self.exploded, self.happened, self.met, self.with_helper, self.vowed, self.toll,
            self.fled,
        ))()  # fmt: skip

    def short(self) -> Node:
        """A finite clause without sentence-final extras."""
        return self.rng.choice(
            (self.passive_plain, self.died_plain, self.exploded, self.happened, self.plain_active, self.with_helper)
        )()

    def active(self) -> Node:
        """Troops shelled the town on Monday, killing 12 and wounding 30."""
        root = self.finite(self.predicate())
        if self.p.chance(0.35):
            root.after("advcl", self.killing())
        elif self.p.chance(0.2):
            root.after("advcl", self.adverbial())
        return root

    def plain_active(self) -> Node:
        """Troops shelled the town."""
        return self.finite(self.predicate())

    def with_helper(self) -> Node:
        """Troops have shelled the town."""
        return self.with_auxiliary(self.predicate())

    def killing(self) -> Node:
        """, killing 12 people and wounding 30 others."""
        root = (
            verb("kill", "progressive")
            .after("obj", self._one(self.p.victims, self.p.victims, self.p.detailed_victims))
            .first("punct", punct(","))
        )
        if self.p.chance(0.5):
            wounded = verb(self.rng.choice(("wound", "injure")), "progressive").first("cc", conjunction("and"))
            wounded.after("obj", self._one(self.p.victims, self.others))
            root.after("conj", wounded)
        return root

    def others(self) -> Node:
        """30 others; others."""
        root = Node("others", "other", "NOUN", "NNS", "Number=Plur")
        return root.before("nummod", self.p.count()) if self.p.chance(0.75) else root

    def passive(self) -> Node:
        """Twelve people were killed and 30 wounded in an attack on Goma by M23 rebels."""
        root = self.passive_plain()
        if self.p.chance(0.35):
            root.after(
                "conj",
                verb(self.rng.choice(("wound", "injure")), "passive")
                .before("nsubj:pass", self._one(self.others, self.p.victims))
                .first("cc", conjunction("and")),
            )
        if self.p.chance(0.5):
            root.after("obl", self.p.attack().first("case", preposition(self.rng.choice(_BY_FIRE))))
        if self.p.chance(0.3):
            root.after("advcl", self.adverbial())
        return root

    def passive_plain(self) -> Node:
        """Twelve people were killed by gunmen in Goma."""
        if self.p.chance(0.6):
            lemma, subject = self.rng.choice(HARMED), self.p.victims()
        else:
            lemma, subject = self.rng.choice(STRUCK), self.p.target()
        root = verb(lemma, "passive")
        plural = is_plural(subject)
        if self.p.chance(0.25):
            root.first("aux:pass", auxiliary("be", "participle")).first(
                "aux", auxiliary("have", self.rng.choice(("present", "past")), plural=plural)
            )
        elif self.p.chance(0.1):
            root.first("aux:pass", auxiliary("be", "progressive")).first(
                "aux", auxiliary("be", "present", plural=plural)
            )
        else:
            root.first("aux:pass", auxiliary("be", "past", plural=plural))
        root.first("nsubj:pass", subject)
        if self.p.chance(0.45):
            root.after("obl:agent", self.p.actor().first("case", preposition("by")))
        self._adjuncts(root)
        return root

    def shot_dead(self) -> Node:
        """Gunmen shot dead at least 14 people in Kaduna; gunmen shot two policemen dead."""
        subject, dead = self.p.armed() if self.p.chance(0.6) else self.p.force(), adjective("dead")
        root = verb("shoot", self.rng.choice(("past", "past", "present")), plural=is_plural(subject))
        if self.p.chance(0.7):
            root.after("xcomp", dead).after("obj", self.p.victims())
        else:
            root.after("obj", self.p.victims()).after("xcomp", dead)
        self._adjuncts(root)
        return root.first("nsubj", subject)

    def clashed(self) -> Node:
        """Police clashed with protesters over the budget; X and Y exchanged fire across the border."""
        choice = self.rng.random()
        subject = self._one(self.p.force, self.p.armed, self.p.group)
        if choice < 0.5:
            root = verb(
                self.rng.choice(("clash", "clash", "clash", "fight", "battle") if choice < 0.4 else ("clash",)), "past"
            )
            if root.lemma == "battle":
                root.after("obj", self._one(self.p.force, self.p.armed))
            else:
                root.after(
                    "obl", self._one(self.p.force, self.p.armed, self.protesters).first("case", preposition("with"))
                )
        elif choice < 0.75:
            subject.after("conj", self._one(self.p.force, self.p.armed).first("cc", conjunction("and")))
            root = verb("clash", "past")
        else:
            subject.after("conj", self._one(self.p.force, self.p.armed).first("cc", conjunction("and")))
            root = verb(self.rng.choice(("exchange", "trade")), "past").after("obj", noun("fire"))
        if self.p.chance(0.3):
            root.after("obl", self.p.matter().first("case", preposition(self.rng.choice(("over", "during", "amid")))))
        self._adjuncts(root)
        return root.first("nsubj", subject)

    def protesters(self) -> Node:
        """thousands of protesters; opposition supporters."""
        root = noun(self.rng.choice(("protester", "demonstrator", "supporter", "student")), plural=True)
        if self.p.chance(0.4):
            root.before("compound", noun(self.rng.choice(("opposition", "party", "government"))))
        if self.p.chance(0.4):
            return noun(self.rng.choice(("thousand", "hundred")), plural=True).after(
                "nmod", root.first("case", preposition("of"))
            )
        return root

    def left_dead(self) -> Node:
        """The attack left 14 people dead and 30 wounded; the blast killed three."""
        if self.p.chance(0.45):
            root = verb(self.rng.choice(_HARM), "past").after(
                "obj", self._one(self.p.victims, self.p.victims, self.p.detailed_victims)
            )
            if self.p.chance(0.4):
                root.after(
                    "conj",
                    verb(self.rng.choice(_HARM[1:]), "past")
                    .first("cc", conjunction("and"))
                    .after("obj", self._one(self.others, self.p.victims)),
                )
        else:
            root = (
                verb("leave", "past")
                .after("obj", self.p.victims())
                .after("xcomp", adjective(self.rng.choice(("dead", "dead", "homeless", "injured"))))
            )
        self._adjuncts(root)
        return root.first("nsubj", self.p.attack())

    def died(self) -> Node:
        """Nine soldiers died when a bomb exploded near Gao."""
        root = self.died_plain()
        return root.after("advcl", self.adverbial("when")) if self.p.chance(0.5) else root

    def died_plain(self) -> Node:
        """Nine soldiers died in the attack."""
        root = verb("die", "past")
        if self.p.chance(0.5):
            root.after("obl", self.p.attack().first("case", preposition("in")))
        else:
            self._adjuncts(root)
        return root.first("nsubj", self.p.victims())

    def exploded(self) -> Node:
        """A car bomb went off outside a market."""
        bomb = noun(self.rng.choice(("bomb", "shell", "landmine", "grenade", "rocket", "device"))).before(
            "det", determiner("a")
        )
        if self.p.chance(0.4):
            bomb.before("compound", noun(self.rng.choice(("car", "roadside", "suicide", "mortar", "truck"))))
        root = verb(self.rng.choice(("explode", "detonate", "go", "land")), "past")
        if root.lemma == "go":
            root.after("compound:prt", particle("off"))
        root.after(
            "obl",
            self._one(self.p.target, self.p.place).first(
                "case", preposition(self.rng.choice(("outside", "near", "in", "at")))
            ),
        )
        if self.p.chance(0.3):
            root.after("advcl", self.killing())
        return root.first("nsubj", bomb)

    def happened(self) -> Node:
        """The attack took place in Goma; fighting broke out; the blast occurred on Monday."""
        lemma, extra = self.rng.choice(
            (
                ("take", "place"),
                ("break", "out"),
                ("occur", ""),
                ("happen", ""),
                ("come", ""),
                ("continue", ""),
                ("erupt", ""),
            )
        )
        root = verb(lemma, "past")
        if extra == "place":
            root.after("obj", noun("place"))
        elif extra:
            root.after("compound:prt", particle(extra))
        if lemma == "come":
            return root.after("advcl", self.adverbial(comma=False)).first("nsubj", self.p.attack())
        self._adjuncts(root)
        return root.first("nsubj", self.p.attack())

    def met(self) -> Node:
        """X met Y in Vienna to discuss the ceasefire; X held talks with Y."""
        subject = self._one(self.p.titled_person, self.officials, self.p.government)
        if self.p.chance(0.5):
            root = verb("meet", "past").after("obj", self._one(self.p.titled_person, self.p.government))
        else:
            talks = noun(self.rng.choice(("talk", "meeting", "discussion")), plural=True)
            root = verb("hold", "past").after(
                "obj", talks.after("nmod", self.p.party().first("case", preposition("with")))
            )
        self._adjuncts(root)
        if self.p.chance(0.4):
            root.after("advcl", verb("discuss", "base").after("obj", self.p.matter()).first("mark", subordinator("to")))
        return root.first("nsubj", subject)

    def officials(self) -> Node:
        """diplomats from Kenya."""
        return self.p.officials()

    def vowed(self) -> Node:
        """Turkey vowed to shell the town; the group agreed to release hostages; troops began shelling."""
        subject = self.p.party()
        if self.p.chance(0.2):
            root = verb(self.rng.choice(("begin", "start", "stop", "continue", "suspend")), "past").after(
                "xcomp", self.gerund(self.predicate())
            )
        else:
            root = verb(
                self.rng.choice(
                    ("vow", "threaten", "pledge", "agree", "refuse", "plan", "try", "decide", "promise", "offer")
                ),
                "past",
            )
            root.after("xcomp", self.infinitive(self.predicate()))
        return root.first("nsubj", subject)

    def fled(self) -> Node:
        """Thousands of residents were forced to flee the town."""
        root = verb(self.rng.choice(("force", "order", "urge")), "passive").first(
            "aux:pass", auxiliary("be", "past", plural=True)
        )
        flee = (
            verb("flee", "base")
            .after("obj", noun("home", plural=True).before("nmod:poss", pronoun("their")))
            .first("mark", subordinator("to"))
        )
        return root.after("xcomp", flee).first("nsubj:pass", self.p.dozens())

    def toll(self) -> Node:
        """The death toll rose to 45; three of the dead were children."""
        if self.p.chance(0.5):
            toll = noun("toll").before("compound", noun("death")).first("det", determiner("the"))
            return (
                verb("rise", "past").first("nsubj", toll).after("obl", self.p.count().first("case", preposition("to")))
            )
        dead = (
            Node("dead", "dead", "ADJ", "JJ", "Degree=Pos")
            .first("det", determiner("the"))
            .first("case", preposition("of"))
        )
        some = number(self.rng.choice(("two", "three", "four", "most", "12"))).after("nmod", dead)
        if some.text == "most":
            some = Node("most", "most", "ADJ", "JJS", "Degree=Sup").after("nmod", dead)
        return (
            noun(self.p.pick("civilians"), plural=True)
            .first("cop", auxiliary("be", "past", plural=True))
            .first("nsubj", some)
        )

    def adverbial(self, mark: str | None = None, *, comma: bool | None = None) -> Node:
        """after militants stormed the base; as troops advanced; hours after a bomb exploded."""
        word = mark or self.rng.choice(("after", "as", "when", "while", "before", "after", "since"))
        clause = self.rng.choice((self.plain_active, self.exploded, self.passive_plain))()
        clause.first(
            "advmod" if word == "when" else "mark",
            Node("when", "when", "ADV", "WRB", "PronType=Rel") if word == "when" else subordinator(word),
        )
        return clause.first("punct", punct(",")) if comma is None and self.p.chance(0.15) else clause
