"""Fuzz the built-in coder: mutated articles in; out comes a coding that can be normalized, in time, and nothing else.

python tests/fuzz/fuzz_coder.py --seconds 60 [--seed 1] [--only 1234]

An input depends on nothing but its seed and number: --only repeats one. What breaks a rule is written to a file.
"""

import pickle
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random

from pipeline.coder.coder import BuiltinCoder
from pipeline.coder.reading import read
from pipeline.events.normalize import CodedArticle, Normalized, normalize_article
from pipeline.records import CodedClaim, CodedMention, Coding, Document

sys.path.append(str(Path(__file__).parents[1]))  # for a run as a script

from fuzz.runner import Fuzzer, delete, rule, span, truncate
from support.make import article

ON = date(2026, 11, 18)
SECONDS_MAX = 60.0  #: CPU time for one article
REPEATED_MAX = 30_000  #: characters
TEXT_MAX = 100_000
CODER = BuiltinCoder()
TOLLS = frozenset(["deaths", "injured", "missing", "detained", "displaced"])

SEEDS = (
    "Gunmen kill 14 villagers in northern Nigeria\n"
    "KADUNA, Nigeria, Nov 18 (Wire) - Gunmen on motorcycles killed at least 14 people in an attack on a village in Kaduna state on Tuesday, police said.\n\n"
    "“Fourteen people were killed and nine others wounded,” police spokesman Ibrahim Salisu said. No group has claimed responsibility for the attack.",
    "Azerbaijan accuses Armenia of shelling town\n"
    "Azerbaijan accused Armenia on Thursday of shelling the town of Tovuz, saying two civilians were killed. Armenia denied the accusation.\n\n"
    "The European Union urged both sides to show restraint. The two countries’ foreign ministers will meet in Geneva next week.",
    "Ugandan police arrest opposition leader\n"
    "Police in Uganda arrested opposition leader Moses Kato on Monday as thousands marched through Kampala. Dozens of his supporters were detained, his party said.\n\n"
    "The United States condemned the arrests and threatened to impose sanctions on the government. Between 200 and 300 refugees have fled to Kenya since October.",
    "City edge Rovers in cup thriller\nCity beat Rovers 3-2 on Saturday. “We fought for every ball,” said manager Peter Lowe. The sides meet again on 3 March.",
    "LIVE: day 12\n09:14 — Shelling reported near Kharkiv\n08:50 — President Anna Soler: “We will not surrender”\n08:02 — 3 dead, 17 hurt (officials)\n\n"
    "Home | World | Sport\nTeam  P W D L\nRovers 3 1 1 1\nCity 3 3 0 0",
)  # fmt: skip
TOKENS = (
    "“", "”", '"', "‘", "'", "—", " - ", "(", ")", "…", ".", ". ", "\n", "\n\n", "\t", "\0", "\x07", "\x1b[0m", "\x85", "\u2028", "\ud800", "\udfff", "\ufffd",
    "\u202e", "\ufeff", "\u200b", "👩‍🚀", "🔥" * 9, "é", "e\u0301" * 5, "ß", "İ", "ﬁ", "北京", "الشرطة", "полиция", "٣", "½", "1,234,567,890,123", "-7", "0", "no",
    "dozens of", "at least", "at most", "between 9 and 3", "one", "none of", "million", "killed", "were killed by", "who killed", "accused of killing", "denied",
    "said", "said:", "according to", "claimed responsibility for", "did not", "will", "if", "on Monday", "on 31 February", "in 0001", "in 9999", "since", "a year ago",
    "in Goma", "Paris, Texas", "Georgia", "the North", "Mr", "Mr.", "President", "the group", "he", "they", "which", "the two countries", "anti-Israel", "al-", "'s",
    "KILLED IN GAZA", "(Reuters) -", "GOMA, Congo (AFP) —", "https://post.example/a?b=c", "@anna", "#war", "<p>", "&amp;", "x" * 3_000, "a b " * 400, "killed, " * 200,
)  # fmt: skip


# ── mutations ────────────────────────────────────────────────────────────────────────────────


def insert(random: Random, text: str) -> str:
    at = random.randint(0, len(text))
    return f"{text[:at]} {random.choice(TOKENS)} {text[at:]}"


def overwrite(random: Random, text: str) -> str:
    start, end = span(random, text)
    return text[:start] + random.choice(TOKENS) + text[end:]


def splice(random: Random, text: str) -> str:
    other = random.choice(SEEDS)
    start, end = span(random, other)
    at, _ = span(random, text)
    return text[:at] + other[start:end] + text[at:]


def repeat(random: Random, text: str) -> str:
    start, end = span(random, text)
    chunk = random.choice([text[start:end], random.choice(TOKENS)]) or "x"
    return text[:start] + chunk * (int(REPEATED_MAX ** random.random()) // len(chunk) + 1) + text[start:]


def shuffle(random: Random, text: str) -> str:
    words = text.split(" ")
    random.shuffle(words)
    return " ".join(words)


def recase(random: Random, text: str) -> str:
    return random.choice([str.upper, str.lower, str.title, str.swapcase])(text)


def strip(random: Random, text: str) -> str:
    """Take all of one kind of mark away."""
    return text.translate(dict.fromkeys(map(ord, random.choice([".,", "“”", "\n", " ", "aeiou", "0123456789"]))))


MUTATIONS: tuple[Callable[[Random, str], str], ...] = (
    insert, insert, insert, insert, overwrite, overwrite, delete, truncate, splice, splice, repeat, shuffle, recase, strip,
)  # fmt: skip


def an_input(seed: int, number: int) -> Document:
    """Return the document that seed and number stand for; its first line is the title."""
    random = Random(f"{seed}/{number}")
    text = random.choice(SEEDS)
    for _ in range(random.randint(0, 5)):
        text = random.choice(MUTATIONS)(random, text[:TEXT_MAX])
    title, _, body = text.partition("\n")
    return Document(
        document_id=f"{seed}/{number}",
        title=title,
        text=body,
        published_on=random.choice([ON, ON, None, date.min, date.max]),
        source_name=random.choice(["", "The Post"]),
        source_country_code=random.choice([None, "GBR"]),
    )


# ── rules ────────────────────────────────────────────────────────────────────────────────────


def check(document: Document) -> Coding:
    """Code, and return the coding; raise RuleBroken or whatever else was wrong."""
    coding = CODER.code(document)
    check_coding(document, coding)
    return coding


def check_coding(document: Document, coding: Coding) -> Normalized:
    """Return what a coding is in the warehouse; types, modes and roles are checked on the way there."""
    rule(pickle.loads(pickle.dumps(coding)) == coding, "a coding that does not travel between processes")
    rule((coding.document_id, coding.coder) == (document.document_id, CODER.name), "a coding of something else")
    numbers = [mention.number for mention in coding.mentions]
    rule(numbers == [*range(1, len(numbers) + 1)], f"mentions {numbers}")
    sentences = {sentence.span for sentence in read(document).sentences}
    for mention in coding.mentions:
        rule({*mention.spans, mention.anchor} <= sentences, f"spans that are no sentences: {mention.spans}")
        check_mention(mention)
    for claim in coding.claims:
        rule(claim.span in sentences, f"a span that is no sentence: {claim.span}")
        rule(claim.about is None or claim.about in numbers, f"a claim about mention {claim.about}")
        check_claim(claim)
    rule(len(set(coding.claims)) == len(coding.claims), "a claim twice")
    version = article(title=document.title, text=document.text)
    normal = normalize_article(CodedArticle(article=version, coding=coding, story_id="story", reported_date=ON))
    for ids in ([each.mention_id for each in normal.mentions], [each.claim_id for each in normal.claims]):
        rule(len(set(ids)) == len(ids), "an id twice")
    return normal


def check_mention(mention: CodedMention) -> None:
    places = [(place.part != "title", place.start) for place in mention.spans]
    rule(bool(places) and places == sorted(set(places)), f"spans out of order: {mention.spans}")
    rule(mention.anchor in mention.spans, f"an anchor elsewhere: {mention.anchor}")
    rule((mention.start_date is None) == (mention.end_date is None), "half a range of days")
    rule(
        (mention.start_date or date.min) <= (mention.end_date or date.max), "a range of days that ends before it starts"
    )
    rule(bool(mention.rule), "a mention without a rule")
    for entity in (*mention.actors, *mention.recipients):
        rule(bool(entity.text.strip()), f"a nameless party: {entity}")


def check_claim(claim: CodedClaim) -> None:
    low, high = claim.count_min, claim.count_max
    rule(claim.kind in TOLLS or low is high is None, f"a count of {claim.kind}")
    rule((low or 0) >= 0 and (high or 0) >= 0, f"a negative count: {low}, {high}")
    rule(low is None or high is None or low <= high, f"a count from {low} to {high}")
    rule(bool(claim.rule), "a claim without a rule")


def outcomes(document: Document) -> list[str]:
    """Return what a document was found to tell: types of events, kinds of claims."""
    coding = check(document)
    told = {mention.type_code for mention in coding.mentions} | {claim.kind for claim in coding.claims}
    return sorted(told) or ["nothing"]


def raw(document: Document) -> bytes:
    return f"{document.title}\n{document.text}".encode("utf-8", "surrogatepass")


FUZZER = Fuzzer("coder", an_input, outcomes, raw, ".txt", "bytes", SECONDS_MAX)
run = FUZZER.run


if __name__ == "__main__":
    sys.exit(FUZZER.main(__doc__ or ""))
