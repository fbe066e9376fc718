"""Who says so: attribution before, after, inside and around what is said, quotes, accusations, denials."""

from training.analyser.newswire.clauses import Clauses
from training.analyser.newswire.phrases import Phrases
from training.analyser.newswire.predicates import is_plural
from training.analyser.newswire.source import with_an
from training.analyser.newswire.tree import (
    Node,
    auxiliary,
    determiner,
    name,
    noun,
    preposition,
    pronoun,
    punct,
    subordinator,
    verb,
)  # fmt: skip

_SAYING = (
    "say", "say", "say", "say", "announce", "add", "confirm", "warn", "claim", "report", "state", "admit", "insist",
    "note", "acknowledge",
)  # fmt: skip


class Attribution:
    """Sentences that say who says so."""

    def __init__(self, phrases: Phrases) -> None:
        self.p = phrases
        self.c = Clauses(phrases)
        self.rng = phrases.rng

    def said_that(self) -> Node:
        """The ministry said (that) rebels had seized the town."""
        content = self.c.any()
        if self.p.chance(0.5):
            content.first("mark", subordinator("that"))
        root = self._said()
        self._when_said(root)
        return root.after("ccomp", content).first("nsubj", self._speaker())

    def said_after(self) -> Node:
        """Rebels seized the town, the ministry said on Monday."""
        root = self._said()
        root.first("nsubj", self._speaker()).first("ccomp", self.c.any().after("punct", punct(",")))
        self._when_said(root)
        return root

    def said_inverted(self) -> Node:
        """Rebels seized the town, said Azerbaijan officials."""
        root = self._said().after("nsubj", self._inverted_speaker())
        root.first("ccomp", self.c.any().after("punct", punct(",")))
        return root

    def said_inside(self) -> Node:
        """The town, the ministry said, was seized by rebels."""
        root = self.c.short()
        said = self._said()
        said.first("nsubj", self._speaker()).first("punct", punct(",")).after("punct", punct(","))
        subject_at = next(place for place, (dep, _) in enumerate(root.left) if dep.startswith("nsubj"))
        root.left.insert(subject_at + 1, ("parataxis", said))
        return root

    def according_to(self) -> Node:
        """According to police, two people died; two people died, according to police."""
        according = Node("according", "accord", "VERB", "VBG", "Tense=Pres|VerbForm=Part").after(
            "fixed", preposition("to")
        )
        source = self.p.one_of(self._inverted_speaker, self.p.agency_source, self.p.agency_source).first(
            "case", according
        )
        if self.p.chance(0.4):
            return self.c.any().first("punct", punct(",")).first("obl", source)
        return self.c.any().after("obl", source.first("punct", punct(",")))

    def told(self) -> Node:
        """A witness told Reuters that two people died; ..., a witness told AFP."""
        listener = self.p.one_of(
            lambda: name(self.p.pick("agencies")),
            lambda: noun("reporter", plural=True),
            lambda: noun("journalist", plural=True),
        )
        root = verb("tell", "past").after("iobj", listener)
        if self.p.chance(0.5):
            content = self.c.any()
            if self.p.chance(0.6):
                content.first("mark", subordinator("that"))
            return root.after("ccomp", content).first("nsubj", self._speaker())
        return root.first("nsubj", self._speaker()).first("ccomp", self.c.any().after("punct", punct(",")))

    def quoted(self) -> Node:
        """“We will not withdraw,” said the minister; he said: “...”."""
        content = self.c.short()
        if self.p.chance(0.4):
            content = (
                self.c.predicate()
                .build("base", False)
                .first("aux", auxiliary("will", "present"))
                .first("nsubj", pronoun("we"))
            )
        content.first("punct", punct("“"))
        root = self._said()
        if self.p.chance(0.25):
            colon = punct(":" if self.p.chance(0.5) else ",", None)
            content.first("punct", colon)
            content.after("punct", punct(".")).after("punct", punct("”"))
            return root.first("nsubj", self._speaker()).after("ccomp", content)
        content.after("punct", punct(",")).after("punct", punct("”"))
        if self.p.chance(0.5):
            return root.first("ccomp", content).after("nsubj", self._inverted_speaker())
        return root.first("nsubj", self._speaker()).first("ccomp", content)

    def statement(self) -> Node:
        """The army said in a statement that ...; in a statement, the army said ..."""
        statement = (
            noun(self.rng.choice(("statement", "report", "interview", "post")))
            .before("det", determiner("a"))
            .first("case", preposition("in"))
        )
        root = (
            self._said()
            .after("obl", with_an(statement))
            .after("ccomp", self.c.any().first("mark", subordinator("that")))
        )
        return root.first("nsubj", self.p.party())

    def accused(self) -> Node:
        """Armenia accused Azerbaijan of shelling the town; X was accused of shelling; X blamed Y for the attack."""
        deed = self.c.gerund(self.c.predicate()).first("mark", subordinator("of"))
        choice = self.rng.random()
        if choice < 0.6:
            return (
                verb("accuse", "past").first("nsubj", self.p.party()).after("obj", self.p.party()).after("advcl", deed)
            )
        if choice < 0.8:
            subject = self.p.party()
            root = (
                verb("accuse", "passive")
                .first("aux:pass", auxiliary("be", "past", plural=is_plural(subject)))
                .first("nsubj:pass", subject)
            )
            return root.after("advcl", deed)
        cause = self.p.attack().first("case", preposition("for"))
        return verb("blame", "past").first("nsubj", self.p.party()).after("obj", self.p.actor()).after("obl", cause)

    def denied(self) -> Node:
        """The army denied shelling the town; denied that ...; denied the accusation; denied any role in it."""
        root = verb(
            self.rng.choice(("deny", "deny", "deny", "reject", "admit")), self.rng.choice(("past", "past", "present"))
        )
        choice = self.rng.random()
        if choice < 0.3 and root.lemma != "reject":
            root.after("xcomp", self.c.gerund(self.c.predicate()))
        elif choice < 0.55 and root.lemma != "reject":
            content = self.c.any()
            root.after("ccomp", content.first("mark", subordinator("that")) if self.p.chance(0.7) else content)
        elif choice < 0.75:
            root.after(
                "obj",
                noun(
                    self.rng.choice(("accusation", "allegation", "claim", "charge", "report")),
                    plural=self.p.chance(0.6),
                ).before("det", determiner("the")),
            )
        else:
            part = noun(self.rng.choice(("involvement", "role", "responsibility"))).before("det", determiner("any"))
            root.after(
                "obj",
                part.after(
                    "nmod",
                    self.p.attack().first("case", preposition("for" if part.lemma == "responsibility" else "in")),
                ),
            )
        return root.first("nsubj", self.p.party())

    def believed(self) -> Node:
        """The rebels are believed to have attacked the town."""
        subject = self.p.actor()
        root = verb(self.rng.choice(("believe", "think", "report", "say", "allege", "suspect", "expect")), "passive")
        root.first("aux:pass", auxiliary("be", "present", plural=is_plural(subject))).first("nsubj:pass", subject)
        if root.lemma == "expect":
            return root.after("xcomp", self.c.infinitive(self.c.predicate()))
        perfect = (
            self.c.predicate()
            .build("participle", False)
            .first("aux", auxiliary("have", "base"))
            .first("mark", subordinator("to"))
        )
        return root.after("xcomp", perfect)

    def urged(self) -> Node:
        """The UN urged Israel to lift the blockade; X called on Y to release the hostages."""
        deed = self.c.infinitive(self.c.predicate())
        if self.p.chance(0.6):
            root = verb(self.rng.choice(("urge", "order", "ask", "tell")), "past").after("iobj", self.p.party())
        else:
            root = verb("call", "past").after("obl", self.p.party().first("case", preposition("on")))
        return root.after("xcomp", deed).first("nsubj", self.p.party())

    def called_for(self) -> Node:
        """The EU called for a ceasefire; protesters demanded the release of prisoners."""
        if self.p.chance(0.6):
            return (
                verb("call", "past")
                .first("nsubj", self.p.party())
                .after("obl", self.p.matter().first("case", preposition("for")))
            )
        demand = noun(self.rng.choice(("release", "resignation", "withdrawal", "removal"))).before(
            "det", determiner("the")
        )
        demand.after(
            "nmod",
            self.p.one_of(self.p.titled_person, self.p.government, self.p.force).first("case", preposition("of")),
        )
        return (
            verb("demand", "past").first("nsubj", self.p.one_of(self.c.protesters, self.p.party)).after("obj", demand)
        )

    def claimed(self) -> Node:
        """The group claimed responsibility for the attack; no group has claimed responsibility."""
        duty = noun("responsibility")
        if self.p.chance(0.7):
            duty.after("nmod", self.p.attack().first("case", preposition("for")))
        if self.p.chance(0.7):
            return verb(self.rng.choice(("claim", "take")), "past").after("obj", duty).first("nsubj", self.p.group())
        root = verb("claim", "participle").after("obj", duty).first("aux", auxiliary("have", "present"))
        return root.first("nsubj", noun("group").before("det", determiner("no")))

    def _said(self, tense: str = "past") -> Node:
        """said: a verb of saying, some with a time."""
        return verb(self.rng.choice(_SAYING), tense)

    def _speaker(self) -> Node:
        choice = self.rng.random()
        if choice < 0.15:
            return pronoun(self.rng.choice(("he", "she", "it", "they")))
        return self.p.one_of(
            self.p.party, self.p.officials, self.p.officials, self.p.person, self.p.spokesman, self.p.agency_source
        )

    def _inverted_speaker(self) -> Node:
        return self.p.one_of(
            self.p.officials,
            self.p.officials,
            self.p.titled_person,
            self._person_with_role,
            self.p.spokesman,
            self.p.party,
            self.p.agency_source,
        )

    def _person_with_role(self) -> Node:
        """Anna Petrova, a spokeswoman for the army."""
        return self.p.person().after("appos", self.p.role().first("punct", punct(",")))

    def _when_said(self, root: Node) -> None:
        if self.p.chance(0.3):
            root.after(*self.p.when())
