"""Places, times and counts of newswire."""

from training.analyser.newswire.source import Source, with_an
from training.analyser.newswire.tree import (
    Node,
    adjective,
    adverb,
    determiner,
    name,
    noun,
    number,
    possessive,
    preposition,
    punct,
)  # fmt: skip

COUNTS = (
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "14", "17", "23", "30",
    "45", "76", "120", "1,400",
)  # fmt: skip


class Places(Source):
    """A source of places, targets, times and counts."""

    def country(self) -> Node:
        """Kenya."""
        return name(self.pick("countries").partition("/")[0])

    def demonym(self) -> Node:
        """Kenyan, South Korean: an adjective that modifies what follows."""
        first, *rest = self.pick("countries").partition("/")[2].split()
        if not rest:
            return adjective(first)
        if first in ("North", "South"):
            return adjective(rest[0]).before("compound", name(first))
        return adjective(first).after("flat", adjective(rest[0]))

    def city(self) -> Node:
        """Nairobi."""
        return name(self.pick("cities"))

    def place(self) -> Node:
        """A city, region, a described place, with or without what it lies in."""
        return self.one_of(
            self.city,
            self.country,
            self.city_in_country,
            self.described_place,
            self.region,
            self.part_of_country,
            self.offset_place,
        )

    def city_in_country(self) -> Node:
        """Goma, Congo."""
        around = self.country() if self.chance(0.6) else name(self.pick("regions"))
        return self.city().after("punct", punct(",")).after("nmod:unmarked", around)

    def region(self) -> Node:
        """Borno state; the Donetsk region."""
        root = noun(self.rng.choice(("state", "province", "region", "district")))
        root.before("compound", name(self.pick("regions")))
        if self.chance(0.3):
            root.first("amod", adjective(self.rng.choice(("northern", "southern", "eastern", "restive")))).first(
                "det", determiner("the")
            )
        return root

    def described_place(self) -> Node:
        """the northern city of Mosul."""
        root = noun(self.rng.choice(("city", "town", "village", "district", "capital", "port"))).before(
            "det", determiner("the")
        )
        if self.chance(0.4):
            root.before(
                "amod", adjective(self.rng.choice(("northern", "southern", "eastern", "western", "coastal", "central")))
            )
        if self.chance(0.4):
            root.before("amod", self.demonym())
        return root.after("nmod", self.city().first("case", preposition("of")))

    def part_of_country(self) -> Node:
        """eastern Congo; Nigeria's Zamfara state."""
        if self.chance(0.5):
            return self.country().before(
                "amod", adjective(self.rng.choice(("northern", "southern", "eastern", "western", "central")))
            )
        return self.region_name().first("nmod:poss", possessive(self.country()))

    def region_name(self) -> Node:
        """Zamfara state."""
        return noun(self.rng.choice(("state", "province", "region"))).before("compound", name(self.pick("regions")))

    def offset_place(self) -> Node:
        """the outskirts of Tripoli; a village."""
        root = noun(self.rng.choice(("outskirts", "centre", "north", "south", "suburb"))).before(
            "det", determiner("the")
        )
        return root.after("nmod", self.city().first("case", preposition("of")))

    def target(self) -> Node:
        """a market in Maiduguri; the town of Marib; Russian positions near Kherson."""
        if self.chance(0.2):
            return self.one_of(self.city, self.described_place)
        plural = self.chance(0.35)
        root = noun(self.pick("targets"), plural=plural)
        if root.tag == "NN":
            root.before("det", determiner("the" if self.chance(0.4) else "a"))
        elif self.chance(0.2):
            root.before("det", determiner("the"))
        if self.chance(0.35):
            root.before("amod", self.demonym() if self.chance(0.5) else adjective(self.pick("qualities")))
        if self.chance(0.25):
            root.before(
                "compound",
                noun(self.rng.choice(("police", "army", "refugee", "power", "fuel", "border", "government"))),
            )
        if self.chance(0.35):
            root.after(
                "nmod", self.place().first("case", preposition(self.rng.choice(("in", "near", "in", "outside"))))
            )
        return with_an(root)

    def where(self) -> tuple[str, Node]:
        """in Goma; near the town of Beni."""
        word = self.rng.choice(("in", "in", "in", "in", "near", "outside", "at", "across"))
        return "obl", self.place().first("case", preposition(word))

    def when(self) -> tuple[str, Node]:
        """on Monday; Tuesday; late on Friday; last week; on 4 October; yesterday."""
        return self.rng.choice(
            (self._on_day, self._on_day, self._bare_day, self._date, self._last_week, self._part_of_day)
        )()

    def _on_day(self) -> tuple[str, Node]:
        root = name(self.pick("days")).first("case", preposition("on"))
        if self.chance(0.2):
            root.first("advmod", adverb(self.rng.choice(("late", "early", "earlier"))))
        return "obl", root

    def _bare_day(self) -> tuple[str, Node]:
        root = name(self.pick("days"))
        if self.chance(0.2):
            root.before("amod", adjective(self.rng.choice(("early", "late"))))
        return "obl:unmarked", root

    def _date(self) -> tuple[str, Node]:
        """On 4 October, on October 4: the day is the head."""
        day, month = number(str(self.rng.randint(1, 31))), name(self.pick("months"))
        dated = day.before("nmod:unmarked", month) if self.chance(0.5) else day.after("nmod:unmarked", month)
        return "obl", dated.first("case", preposition("on"))

    def _last_week(self) -> tuple[str, Node]:
        return "obl:unmarked", noun(self.rng.choice(("week", "month", "year", "night"))).before(
            "amod", adjective(self.rng.choice(("last", "last", "next"))))  # fmt: skip

    def _part_of_day(self) -> tuple[str, Node]:
        part = noun(self.rng.choice(("morning", "evening", "night", "afternoon"))).before(
            "compound", name(self.pick("days"))
        )
        return ("obl", part.first("case", preposition("on"))) if self.chance(0.5) else ("obl:unmarked", part)

    def count(self) -> Node:
        """14; at least 14; more than 20; about 30; up to 9; as many as 40."""
        root = number(self.rng.choice(COUNTS))
        choice = self.rng.random()
        if choice < 0.2:
            least = Node("least", "little", "ADJ", "JJS", "Degree=Sup")
            return root.before("nmod", least.before("case", preposition("at")))
        if choice < 0.3:
            more = Node(self.rng.choice(("more", "fewer")), "many", "ADJ", "JJR", "Degree=Cmp")
            if more.text == "fewer":
                more.lemma = "few"
            return root.before("advmod", more.after("fixed", preposition("than")))
        if choice < 0.38:
            return root.before(
                "advmod", adverb(self.rng.choice(("about", "around", "nearly", "some", "almost", "over")))
            )
        if choice < 0.43:
            return root.before("advmod", preposition("up").after("fixed", preposition("to")))
        if choice < 0.47:
            many = Node("many", "many", "ADJ", "JJ", "Degree=Pos")
            return root.before("advmod", adverb("as").after("fixed", many).after("fixed", preposition("as")))
        return root
