"""English inflection for the words of the grammar, with tags and features as in UD English."""

FORMS = ("past", "present", "base", "gerund", "progressive", "participle", "passive")

PLURAL_ONLY = frozenset({"troop", "headquarters", "barracks", "police"})
PLURAL_NAMES = frozenset({"Nations", "Guards", "Affairs", "Rights"})
ADJECTIVES = frozenset({
    "Prime", "Foreign", "Arab", "African", "European", "United", "Supreme", "National", "International", "Vice", "New",
    "Criminal", "Deputy", "Human", "White", "Islamic", "Northern", "Free", "Red", "Black", "Saudi", "Lower", "Blue",
})  # fmt: skip
# Names that begin so are headed by their last word; others are flat.
MODIFIERS = ADJECTIVES | {"North", "South", "Falcon", "Kivu", "Azawad", "Maroon", "Tolo", "Kavkaz", "Sahel"}

MARKS = {"(": "-LRB-", ")": "-RRB-", "“": "``", "”": "''", "—": ":", "–": ":", "--": ":", ";": ":", "?": "."}

DETERMINERS = {
    "this": "Number=Sing|PronType=Dem", "that": "Number=Sing|PronType=Dem", "these": "Number=Plur|PronType=Dem",
    "some": "PronType=Ind", "any": "PronType=Ind", "no": "PronType=Neg", "each": "PronType=Tot", "all": "PronType=Tot",
    "both": "PronType=Tot", "another": "PronType=Ind",
}  # fmt: skip

PRONOUNS = {
    "it": ("it", "PRP", "Case=Nom|Gender=Neut|Number=Sing|Person=3|PronType=Prs"),
    "he": ("he", "PRP", "Case=Nom|Gender=Masc|Number=Sing|Person=3|PronType=Prs"),
    "she": ("she", "PRP", "Case=Nom|Gender=Fem|Number=Sing|Person=3|PronType=Prs"),
    "they": ("they", "PRP", "Case=Nom|Number=Plur|Person=3|PronType=Prs"),
    "we": ("we", "PRP", "Case=Nom|Number=Plur|Person=1|PronType=Prs"),
    "them": ("they", "PRP", "Case=Acc|Number=Plur|Person=3|PronType=Prs"),
    "its": ("its", "PRP$", "Case=Gen|Gender=Neut|Number=Sing|Person=3|Poss=Yes|PronType=Prs"),
    "his": ("his", "PRP$", "Case=Gen|Gender=Masc|Number=Sing|Person=3|Poss=Yes|PronType=Prs"),
    "their": ("their", "PRP$", "Case=Gen|Number=Plur|Person=3|Poss=Yes|PronType=Prs"),
    "our": ("our", "PRP$", "Case=Gen|Number=Plur|Person=1|Poss=Yes|PronType=Prs"),
    "who": ("who", "WP", "PronType=Rel"), "which": ("which", "WDT", "PronType=Rel"),
    "that": ("that", "WDT", "PronType=Rel"), "each": ("each", "DT", "PronType=Tot"),
}  # fmt: skip

_IRREGULAR_PLURALS = {
    "person": "people", "child": "children", "woman": "women", "man": "men", "crisis": "crises", "aircraft": "aircraft",
}  # fmt: skip

# lemma: past, participle
_IRREGULAR = {
    "say": ("said", "said"),
    "tell": ("told", "told"),
    "strike": ("struck", "struck"),
    "shoot": ("shot", "shot"),
    "hit": ("hit", "hit"),
    "leave": ("left", "left"),
    "take": ("took", "taken"),
    "hold": ("held", "held"),
    "meet": ("met", "met"),
    "begin": ("began", "begun"),
    "break": ("broke", "broken"),
    "fight": ("fought", "fought"),
    "go": ("went", "gone"),
    "send": ("sent", "sent"),
    "set": ("set", "set"),
    "lead": ("led", "led"),
    "give": ("gave", "given"),
    "make": ("made", "made"),
    "put": ("put", "put"),
    "come": ("came", "come"),
    "rise": ("rose", "risen"),
    "fall": ("fell", "fallen"),
    "speak": ("spoke", "spoken"),
    "blow": ("blew", "blown"),
    "burn": ("burned", "burned"),
    "seek": ("sought", "sought"),
    "win": ("won", "won"),
    "lose": ("lost", "lost"),
    "flee": ("fled", "fled"),
    "die": ("died", "died"),
    "withdraw": ("withdrew", "withdrawn"),
    "bring": ("brought", "brought"),
    "find": ("found", "found"),
    "get": ("got", "got"),
    "see": ("saw", "seen"),
    "quit": ("quit", "quit"),
    "cut": ("cut", "cut"),
    "build": ("built", "built"),
    "deny": ("denied", "denied"),
    "think": ("thought", "thought"),
    "shut": ("shut", "shut"),
    "overrun": ("overran", "overrun"),
    "hear": ("heard", "heard"),
    "throw": ("threw", "thrown"),
    "steal": ("stole", "stolen"),
    "keep": ("kept", "kept"),
    "run": ("ran", "run"),
    "spread": ("spread", "spread"),
    "ride": ("rode", "ridden"),
    "do": ("did", "done"),
    "have": ("had", "had"),
    "sell": ("sold", "sold"),
    "pay": ("paid", "paid"),
    "stand": ("stood", "stood"),
}
_DOUBLING = frozenset({
    "kidnap", "stop", "plan", "stab", "ban", "shut", "set", "cut", "hit", "quit", "run", "get", "put", "begin", "win",
    "step", "lob", "admit", "occur", "repel", "expel",
})  # fmt: skip

_AUXILIARIES = {
    ("be", "past", False): ("was", "VBD"), ("be", "past", True): ("were", "VBD"),
    ("be", "present", False): ("is", "VBZ"), ("be", "present", True): ("are", "VBP"),
    ("be", "participle", False): ("been", "VBN"), ("be", "progressive", False): ("being", "VBG"),
    ("have", "present", False): ("has", "VBZ"), ("have", "present", True): ("have", "VBP"),
}  # fmt: skip
_MODALS = frozenset({"will", "would", "could", "may", "might", "should", "must", "can"})


def plural(lemma: str) -> str:
    """Return the plural of a noun."""
    if lemma in _IRREGULAR_PLURALS:
        return _IRREGULAR_PLURALS[lemma]
    if lemma.endswith("man"):
        return lemma[:-2] + "en"
    if lemma in ("headquarters", "barracks", "police"):
        return lemma
    return lemma[:-1] + "ies" if _ends_consonant_y(lemma) else lemma + ("es" if _hisses(lemma) else "s")


def inflect(lemma: str, form: str, *, plural: bool) -> tuple[str, str, str]:
    """Return text, tag and features of a verb in *form*."""
    if lemma in _MODALS:
        return lemma, "MD", "VerbForm=Fin"
    text, tag = (
        _AUXILIARIES.get((lemma, form, plural))
        or _AUXILIARIES.get((lemma, form, False))
        or _regular(lemma, form, plural)
    )
    return text, tag, _features(form, plural)


def _regular(lemma: str, form: str, plural: bool) -> tuple[str, str]:
    past, participle = _IRREGULAR.get(lemma) or (_suffixed(lemma, "ed"),) * 2
    match form:
        case "past":
            return past, "VBD"
        case "present":
            return (lemma, "VBP") if plural else (_third_person(lemma), "VBZ")
        case "base":
            return lemma, "VB"
        case "gerund" | "progressive":
            return _suffixed(lemma, "ing"), "VBG"
        case _:
            return participle, "VBN"


def _features(form: str, plural: bool) -> str:
    number = "Plur" if plural else "Sing"
    return {
        "past": f"Mood=Ind|Number={number}|Person=3|Tense=Past|VerbForm=Fin",
        "present": f"Mood=Ind|Number={number}|Person=3|Tense=Pres|VerbForm=Fin",
        "base": "VerbForm=Inf",
        "gerund": "VerbForm=Ger",
        "progressive": "Tense=Pres|VerbForm=Part",
        "participle": "Tense=Past|VerbForm=Part",
        "passive": "Tense=Past|VerbForm=Part|Voice=Pass",
    }[form]


def _suffixed(lemma: str, suffix: str) -> str:
    if lemma in _DOUBLING:
        return lemma + lemma[-1] + suffix
    if suffix == "ing" and lemma.endswith("ie"):
        return lemma[:-2] + "ying"
    if lemma.endswith("e") and not lemma.endswith("ee"):
        return lemma[:-1] + suffix
    if suffix == "ing" and lemma.endswith("ee"):
        return lemma + suffix
    if suffix == "ed" and lemma.endswith("ee"):
        return lemma + "d"
    return lemma[:-1] + "ied" if suffix == "ed" and _ends_consonant_y(lemma) else lemma + suffix


def _third_person(lemma: str) -> str:
    if lemma in ("go", "do"):
        return lemma + "es"
    if lemma == "have":
        return "has"
    return lemma[:-1] + "ies" if _ends_consonant_y(lemma) else lemma + ("es" if _hisses(lemma) else "s")


def _ends_consonant_y(word: str) -> bool:
    return word.endswith("y") and word[-2] not in "aeiou"


def _hisses(word: str) -> bool:
    return word.endswith(("s", "x", "z", "ch", "sh"))
