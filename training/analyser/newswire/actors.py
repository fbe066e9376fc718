"""Who acts and who speaks in newswire: forces, groups, ministries, persons."""

from training.analyser.newswire.places import Places
from training.analyser.newswire.source import with_an
from training.analyser.newswire.tree import (
    Node,
    adjective,
    determiner,
    name,
    noun,
    number,
    possessive,
    preposition,
    punct,
    titled,
)  # fmt: skip


class Actors(Places):
    """A source of actors, speakers and persons."""

    def actor(self) -> Node:
        """Whoever does something."""
        return self.one_of(
            self.force,
            self.force,
            self.armed,
            self.armed,
            self.group,
            self.country,
            self.body,
            self.ministry,
            self.titled_person,
            self.government,
        )

    def party(self) -> Node:
        """An actor that speaks or negotiates."""
        return self.one_of(
            self.country,
            self.city,
            self.group,
            self.body,
            self.ministry,
            self.government,
            self.officials,
            self.titled_person,
        )

    def force(self) -> Node:
        """Russian forces; the Israeli military; Turkish warplanes."""
        if self.chance(0.35):
            collective = noun(self.rng.choice(("army", "military", "police", "navy", "coastguard", "government")))
            owner = self.demonym() if self.chance(0.7) else None
            return (collective.before("amod", owner) if owner else collective).first("det", determiner("the"))
        root = noun(self.pick("forces"), plural=True)
        if self.chance(0.25):
            root.before("compound", noun(self.rng.choice(("security", "government", "army", "police", "border"))))
        return root.first("amod", self.demonym())

    def armed(self) -> Node:
        """gunmen; suspected Boko Haram militants; two masked men; a suicide bomber."""
        if self.chance(0.15):
            return with_an(noun("bomber").before("compound", noun("suicide")).first("det", determiner("a")))
        root = noun(self.pick("armed"), plural=True)
        if self.chance(0.35):
            root.before("compound", name(self.pick("groups")))
        if self.chance(0.35):
            root.first(
                "amod",
                adjective(
                    self.rng.choice(("suspected", "armed", "masked", "unidentified", "Islamist", "pro-government"))
                ),
            )
        if self.chance(0.2):
            root.first("nummod", self.count())
        return root

    def group(self) -> Node:
        """Hamas; the militant group M23; the Black Banner group; al-Shabaab."""
        root = name(self.pick("groups"))
        if self.chance(0.5):
            return root
        kind = self.rng.choice(("group", "movement", "organization", "faction", "party"))
        if self.chance(0.5):
            return noun(kind).before("compound", root).first("det", determiner("the"))
        leader = noun(kind).before(
            "amod", adjective(self.rng.choice(("armed", "militant", "Islamist", "rebel", "separatist")))
        )
        return leader.first("det", determiner("the")).after("appos", root)

    def body(self) -> Node:
        """the United Nations; NATO."""
        text = self.pick("bodies")
        return (
            titled(text)
            if text.isupper() or text in ("Amnesty International", "Human Rights Watch")
            else titled(text).first("det", determiner("the"))
        )

    def ministry(self) -> Node:
        """the Georgian foreign ministry; Russia's Defence Ministry."""
        area, capital = self.pick("ministries"), self.chance(0.5)
        root = noun("ministry")
        modifier = adjective(area) if area in ("foreign", "interior") else noun(area)
        if capital:
            root = name("Ministry")
            modifier = adjective("Foreign") if area == "foreign" else name(area.capitalize())
            modifier.tag = "NNP"
        root.before("amod" if modifier.pos == "ADJ" else "compound", modifier)
        if self.chance(0.4):
            return root.first("nmod:poss", possessive(self.country()))
        return (root.first("amod", self.demonym()) if self.chance(0.5) else root).first("det", determiner("the"))

    def government(self) -> Node:
        """the Malian government; Kenya's parliament."""
        root = noun(
            self.rng.choice(("government", "parliament", "president", "opposition", "cabinet", "embassy", "regime"))
        )
        if self.chance(0.4):
            return root.first("nmod:poss", possessive(self.country()))
        return root.first("amod", self.demonym()).first("det", determiner("the"))

    def officials(self) -> Node:
        """officials; Azerbaijan officials; local police; a police spokesman; witnesses."""
        root = noun(
            self.rng.choice(
                ("official", "witness", "resident", "authority", "medic", "doctor", "diplomat", "activist", "lawmaker")
            ),
            plural=True,
        )
        choice = self.rng.random()
        if choice < 0.15:
            return noun("police", plural=False) if self.chance(0.5) else self.spokesman()
        if choice < 0.4:
            return root.before(
                "compound",
                self.country()
                if self.chance(0.6)
                else noun(self.rng.choice(("security", "police", "hospital", "army"))),
            )
        if choice < 0.6:
            return root.before("amod", self.demonym())
        if choice < 0.75:
            return root.before("amod", adjective(self.rng.choice(("local", "senior", "military", "Western"))))
        return root

    def spokesman(self) -> Node:
        """a police spokesman; a spokesman for the Malian army."""
        root = noun(self.rng.choice(("spokesman", "spokeswoman", "spokesperson", "commander", "official", "source")))
        if self.chance(0.5):
            root.before(
                "compound", noun(self.rng.choice(("police", "army", "government", "ministry", "hospital", "rebel")))
            )
        elif self.chance(0.5):
            root.after("nmod", self.one_of(self.force, self.ministry, self.group).first("case", preposition("for")))
        return with_an(root.first("det", determiner("a")))

    def agency_source(self) -> Node:
        """Interfax; the Interfax news agency; state media."""
        root = name(self.pick("agencies"))
        choice = self.rng.random()
        if choice < 0.4:
            return root
        if choice < 0.7:
            agency = noun("agency").before("compound", root).before("compound", noun("news"))
            return agency.first("det", determiner("the"))
        return noun(self.rng.choice(("media", "television", "radio"))).before("compound", noun("state"))

    def person(self) -> Node:
        """Anna Petrova."""
        return name(f"{self.pick('given')} {self.pick('surnames')}")

    def titled_person(self) -> Node:
        """Prime Minister Anna Petrova; Lt. Gen. Smith; Israeli Defence Minister David Levi; police spokesman Khan."""
        root = self.person() if self.chance(0.6) else name(self.pick("surnames"))
        if self.chance(0.25):
            title = noun(self.rng.choice(("spokesman", "leader", "spokeswoman", "commander", "lawmaker", "analyst")))
            title.before(
                "compound",
                self.one_of(lambda: noun("ministry"), lambda: noun("police"), lambda: name(self.pick("groups"))),
            )
            return root.first("nmod:desc", title)
        title = titled(self.pick("titles"))
        if self.chance(0.3):
            title.first("amod", self.demonym())
        elif self.chance(0.2):
            return root.first("nmod:desc", title).first("nmod:poss", possessive(self.country()))
        return root.first("nmod:desc", title)

    def described_person(self) -> Node:
        """Anna Petrova, 34, a teacher in Goma,: an age, an apposition, or both, closed by a comma."""
        root = self.person() if self.chance(0.8) else self.titled_person()
        has_age = self.chance(0.5)
        if has_age:
            root.after("amod", number(str(self.rng.randint(16, 89))).before("punct", punct(",")))
        if not has_age or self.chance(0.6):
            root.after("appos", self.role().first("punct", punct(",")))
        return root.after("punct", punct(","))

    def role(self) -> Node:
        """a teacher; the foreign minister of Kenya; head of the army; a spokesman for the UN."""
        root = noun(self.pick("roles"))
        if self.chance(0.25):
            root.before("amod", adjective(self.rng.choice(("former", "senior", "local", "deputy", "prominent"))))
        if self.chance(0.25):
            root.first("amod", self.demonym())
        if self.chance(0.75):
            root.first("det", determiner("a" if self.chance(0.5) else "the"))
        choice = self.rng.random()
        if choice < 0.3:
            root.after(
                "nmod", self.one_of(self.country, self.body, self.force, self.group).first("case", preposition("of"))
            )
        elif choice < 0.5:
            root.after("nmod", self.place().first("case", preposition("in")))
        elif choice < 0.65:
            root.after("nmod", self.one_of(self.body, self.ministry, self.group).first("case", preposition("for")))
        return with_an(root)
