"""Headlines, in the present and without articles, and datelines."""

from training.analyser.newswire.events import Events
from training.analyser.newswire.predicates import is_plural
from training.analyser.newswire.tree import Node, capitalise, name, noun, preposition, punct, subordinator, verb


class Headlines(Events):
    """Headlines and first sentences."""

    def headline(self) -> Node:
        """Israel strikes Gaza, killing 9; Russia to withdraw troops from Kherson."""
        subject = without_articles(
            self.p.one_of(
                self.p.country,
                self.p.force,
                self.p.armed,
                self.p.group,
                self.p.city,
                self.p.titled_person,
                self.p.officials,
            )
        )
        clause = self.c.predicate()
        if self.p.chance(0.15):
            return without_articles(
                clause.build("base", False).first("mark", subordinator("to")).first("nsubj", subject)
            )
        root = clause.build("present", is_plural(subject)).first("nsubj", subject)
        if self.p.chance(0.35):
            root.after("advcl", self.c.killing())
        return without_articles(root)

    def headline_passive(self) -> Node:
        """12 killed in Goma blast; dozens arrested after protest."""
        root = verb(self.rng.choice(("kill", "kill", "wound", "arrest", "injure", "detain", "abduct")), "passive")
        root.first("nsubj:pass", self.p.one_of(self.p.count, self.p.victims, self.p.dozens))
        cause = noun(self.rng.choice(("attack", "blast", "raid", "strike", "clash", "shooting"))).before(
            "compound", self.p.city()
        )
        return without_articles(
            root.after("obl", cause.first("case", preposition(self.rng.choice(("in", "after", "during")))))
        )

    def headline_said(self) -> Node:
        """Two killed in blast, police say; Russia says rebels shell village."""
        speaker = without_articles(self.p.one_of(self.p.officials, self.p.ministry, self.p.country, self.p.government))
        root = verb("say", "present", plural=is_plural(speaker))
        if self.p.chance(0.5):
            return root.first("nsubj", speaker).first(
                "ccomp", without_articles(self.headline().after("punct", punct(",")))
            )
        return root.first("nsubj", speaker).after("ccomp", self.headline())

    def headline_pair(self) -> Node:
        """Israel, Hamas agree to extend truce."""
        subject = self.p.country().after(
            "conj",
            self.p.one_of(self.p.country, self.p.group, lambda: name(self.p.pick("groups"))).first("punct", punct(",")),
        )
        root = verb(self.rng.choice(("agree", "vow", "refuse", "threaten")), "present", plural=True)
        return without_articles(root.first("nsubj", subject).after("xcomp", self.c.infinitive(self.c.predicate())))

    def dateline(self) -> Node:
        """KYIV (Reuters) — Troops shelled the town. The city is an adjunct of place, the agency a parenthesis."""
        city = self.p.city()
        for node, _, _ in city.in_order():
            node.text = node.text.upper()
        if self.p.chance(0.3):
            city.after("punct", punct(",")).after("nmod:unmarked", self.p.country())
        if self.p.chance(0.7):
            agency = name(self.p.pick("agencies")).first("punct", punct("("))
            city.after("parataxis", agency.after("punct", punct(")")))
        city.after("punct", punct(self.rng.choice(("—", "–", "--", "-")), ":"))
        clause = self.rng.choice((self.event, self.said_that, self.said_after, self.passive_event))()
        return capitalise(clause).first("obl:unmarked", city)


def without_articles(root: Node) -> Node:
    """Drop the articles of a headline, but not of what is quoted in it."""
    for node, _, _ in list(root.in_order()):
        node.left = [(dep, child) for dep, child in node.left if child.lemma not in ("the", "a") or dep != "det"]
    return root
