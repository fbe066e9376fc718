"""Sentences that tell what happened, and set pieces of courts, treaties and sanctions."""

from training.analyser.newswire.attribution import Attribution
from training.analyser.newswire.predicates import is_plural
from training.analyser.newswire.source import with_an
from training.analyser.newswire.tree import (
    Node,
    adjective,
    adverb,
    auxiliary,
    conjunction,
    determiner,
    noun,
    number,
    preposition,
    pronoun,
    punct,
    subordinator,
    verb,
)  # fmt: skip


class Events(Attribution):
    """Sentences in the outlet's own voice."""

    def event(self) -> Node:
        """Gunmen shot dead at least 14 people in Kaduna on Monday."""
        return self.c.any()

    def passive_event(self) -> Node:
        """At least 12 people were killed."""
        return self.c.passive()

    def fronted(self) -> Node:
        """On Monday, rebels seized the town; in Goma, two people were killed; after the truce, troops advanced."""
        root = self.c.short()
        if self.p.chance(0.25):
            opening = ("advcl", self.c.adverbial(comma=False))
        else:
            opening = self.rng.choice((self.p.where, self.p.when, self._link))()
        comma = self.p.chance(0.85)
        return (root.first("punct", punct(",")) if comma else root).first(*opening)

    def _link(self) -> tuple[str, Node]:
        return "advmod", adverb(
            self.rng.choice(("meanwhile", "separately", "earlier", "later", "however", "elsewhere"))
        )

    def sequence(self) -> Node:
        """Troops entered the town, arrested two men and burned a school."""
        root = self.c.finite(self.c.predicate())
        clauses = [self.c.predicate().build("past", False) for _ in range(self.rng.choice((1, 1, 2)))]
        for clause in clauses[:-1]:
            root.after("conj", clause.first("punct", punct(",")))
        return root.after("conj", clauses[-1].first("cc", conjunction("and")))

    def but(self) -> Node:
        """Rebels seized the town, but troops retook it on Monday."""
        second = self.c.short().first("cc", conjunction(self.rng.choice(("but", "and"))))
        return self.c.short().after("conj", second.first("punct", punct(",")))

    def nominal(self) -> Node:
        """The attack on Ganja by Armenian forces drew condemnation; the killing of two soldiers sparked protests."""
        if self.p.chance(0.5):
            deed = self.p.attack().after("nmod", self.p.actor().first("case", preposition("by")))
        else:
            deed = noun(
                self.rng.choice(("killing", "arrest", "kidnapping", "abduction", "release", "shelling", "bombing"))
            ).before("det", determiner("the"))
            deed.after("nmod", self.p.victims().first("case", preposition("of")))
        result = noun(self.rng.choice(("protest", "condemnation", "outrage", "fear", "clash")), plural=True)
        return (
            verb(self.rng.choice(("spark", "prompt", "trigger", "raise")), "past")
            .first("nsubj", deed)
            .after("obj", result)
        )

    def described(self) -> Node:
        """Anna Petrova, 34, a teacher, said that ...; ... , who ..., was killed."""
        subject = self.p.described_person()
        choice = self.rng.random()
        if choice < 0.5:
            return self._said().after("ccomp", self.c.any()).first("nsubj", subject)
        if choice < 0.75:
            root = verb(self.rng.choice(("kill", "arrest", "wound", "detain", "abduct", "release")), "passive")
            root.first("aux:pass", auxiliary("be", "past")).first("nsubj:pass", subject)
            return root.after(*self.p.where())
        return self.c.predicate().build("past", False).first("nsubj", subject)

    def speaker_list(self) -> Node:
        """The dead included two children and a teacher; among the victims were three soldiers."""
        whom = noun(self.rng.choice(("victim", "dead", "casualty")), plural=True).before("det", determiner("the"))
        whom.text, whom.lemma = ("victims", "victim") if whom.lemma != "casualty" else ("casualties", "casualty")
        return verb("include", "past").first("nsubj", whom).after("obj", self.p.victims())

    def relative(self) -> Node:
        """The group, which controls the town, denied ...; militants who attacked the base fled"""
        choice = self.rng.random()
        if choice < 0.4:
            subject = self.p.one_of(self.p.group, self.p.ministry, self.p.titled_person, self.p.government)
            clause = self.c.predicate().build(self.rng.choice(("past", "present")), False)
            clause.first("nsubj", pronoun("who" if subject.pos == "PROPN" and subject.left else "which")).first(
                "punct", punct(",")
            )
            subject.after("acl:relcl", clause).after("punct", punct(","))
        elif choice < 0.75:
            subject = self.p.armed()
            subject.after(
                "acl:relcl",
                self.c.predicate().build("past", True).first("nsubj", pronoun(self.rng.choice(("who", "that")))),
            )
        else:
            subject = self.p.attack()
            clause = self.c.short()
            clause.first("obl", pronoun("which").first("case", preposition("in"))).first("punct", punct(","))
            subject.after("acl:relcl", clause).after("punct", punct(","))
            return verb(self.rng.choice(("occur", "happen")), "past").first("nsubj", subject).after(*self.p.when())
        return self.c.predicate().build("past", is_plural(subject)).first("nsubj", subject)

    def reduced(self) -> Node:
        """Soldiers killed in the attack were buried; a man carrying explosives entered ...; people protesting ..."""
        if self.p.chance(0.5):
            subject = self.p.victim_group()
            reduced = verb(self.rng.choice(("kill", "wound", "arrest", "abduct")), "passive")
            reduced.after("obl", self.p.attack().first("case", preposition("in")))
            subject.after("acl", reduced)
            return (
                verb(self.rng.choice(("bury", "release", "identify", "free")), "passive")
                .first("aux:pass", auxiliary("be", "past", plural=True))
                .first("nsubj:pass", subject)
            )
        subject = self.p.armed()
        subject.after("acl", self.c.predicate().build("progressive", True))
        return self.c.predicate().build("past", is_plural(subject)).first("nsubj", subject)

    def signed(self) -> Node:
        """Kenya, Uganda and Rwanda signed a treaty."""
        subject = self.p.country()
        if self.p.chance(0.5):
            subject.after("conj", self.p.country().first("punct", punct(",")))
        subject.after("conj", self.p.country().first("cc", conjunction("and")))
        root = verb(self.rng.choice(("sign", "reach", "discuss", "reject", "suspend", "agree")), "past")
        if root.lemma == "agree":
            root.after("obl", self.p.matter().first("case", preposition("on")))
        else:
            root.after("obj", self.p.matter())
        return root.first("nsubj", subject)

    def sentenced(self) -> Node:
        """A court in Ankara sentenced a journalist to six years in prison for insulting the president."""
        court = noun("court").before("det", determiner("a"))
        court.after("nmod", self.p.city().first("case", preposition("in"))) if self.p.chance(0.5) else court.before(
            "amod", self.p.demonym()
        )
        years = (
            noun("year", plural=True)
            .before("nummod", number(self.rng.choice(("six", "10", "15", "two"))))
            .first("case", preposition("to"))
        )
        years.after("nmod", noun("prison").first("case", preposition("in")))
        root = (
            verb("sentence", "past")
            .first("nsubj", with_an(court))
            .after("obj", self.p.one_of(self.p.victims, self.p.person))
            .after("obl", years)
        )
        if self.p.chance(0.5):
            root.after("advcl", self.c.gerund(self.c.predicate()).first("mark", subordinator("for")))
        return root

    def imposed(self) -> Node:
        """The EU imposed sanctions on Belarus; Russia expelled two diplomats; X recalled its ambassador."""
        choice = self.rng.random()
        if choice < 0.5:
            measure = noun(self.rng.choice(("sanction", "restriction", "tariff")), plural=True)
            return (
                verb("impose", "past")
                .first("nsubj", self.p.party())
                .after("obj", measure)
                .after("obl", self.p.party().first("case", preposition("on")))
            )
        if choice < 0.75:
            expelled = noun("diplomat", plural=True).before("amod", self.p.demonym()).first("nummod", self.p.count())
            return verb("expel", "past").first("nsubj", self.p.country()).after("obj", expelled)
        recalled = noun("ambassador").before("nmod:poss", pronoun("its"))
        return (
            verb("recall", "past")
            .first("nsubj", self.p.country())
            .after("obj", recalled.after("nmod", self.p.country().first("case", preposition("to"))))
        )

    def unclear(self) -> Node:
        """It was not immediately clear whether two people were killed."""
        root = (
            adjective("clear")
            .before("cop", auxiliary("be", "past"))
            .before("advmod", Node("not", "not", "PART", "RB", "Polarity=Neg"))
        )
        if self.p.chance(0.6):
            root.before("advmod", adverb("immediately"))
        content = self.c.short().first("mark", subordinator(self.rng.choice(("whether", "if"))))
        return root.first("expl", pronoun("it")).after("csubj", content)

    def copular(self) -> Node:
        """The governor is a member of the opposition; the attack was the second in a week."""
        if self.p.chance(0.5):
            return (
                self.p.role()
                .first("cop", auxiliary("be", self.rng.choice(("present", "past"))))
                .first("nsubj", self.p.titled_person())
            )
        state = adjective(self.rng.choice(("responsible", "ready", "tense", "calm", "critical", "unclear"))).before(
            "cop", auxiliary("be", "past")
        )
        if state.text == "responsible":
            return state.first("nsubj", self.p.group()).after("obl", self.p.attack().first("case", preposition("for")))
        return state.first(
            "nsubj",
            noun("situation")
            .before("det", determiner("the"))
            .after("nmod", self.p.place().first("case", preposition("in"))),
        )
