"""Fuzz extraction: mutated pages in; out come storable articles or a RecordError, in time, and nothing else.

python tests/fuzz/fuzz_extract.py --seconds 60 [--seed 1] [--only 1234]

An input depends on nothing but its seed and number: --only repeats one. What breaks a rule is written to a file.
"""

import json
import pickle
import sys
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from pipeline.articles.extract import extract_article
from pipeline.errors import RecordError
from pipeline.language.clean import clean
from pipeline.records import Article, Capture, Page

sys.path.append(str(Path(__file__).parents[1]))  # for a run as a script

from fuzz.runner import Fuzzer, delete, rule, span, truncate

URL = "https://post.example/2026/11/16/nine-dead"
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
SECONDS_MAX = 20.0  #: CPU time for one page
REPEATED_MAX = 300_000  #: bytes
PAGE_MAX = 1_000_000

PROSE = (
    "GOMA, Congo (Reuters) — Rebels shelled the market of the lakeside town at dawn on Monday, killing nine people, its governor said.",
    "Twelve others were wounded when two mortar rounds fell among the stalls, a doctor at the town’s only hospital said.",
    "Солдаты обстреляли рынок города в понедельник, погибли девять человек, сообщили в понедельник власти страны.",
    "反政府勢力は月曜日に町の市場を砲撃し、九人が死亡し、十二人が負傷したと当局が発表した。病院は満員だった。",
    "Correction: An earlier version of this article misstated the number of the dead.",
)
HEAD = "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>Nine dead | The Post</title>"
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in PROSE)
SEEDS = tuple(
    seed.encode()
    for seed in (
        f"{HEAD}</head><body><header><h1>Nine dead</h1></header><nav><ul><li><a href=/2>Two</a></li></ul></nav><article><h2>Sub</h2>"
        f"{PARAGRAPHS}<p><a href=/2>Read more: two</a></p><blockquote class='twitter-tweet'>We did not</blockquote></article><footer>©</footer></body></html>",
        f"{HEAD}<script type='application/ld+json'>{json.dumps({'@type': 'NewsArticle', 'headline': 'Nine', 'isAccessibleForFree': False})}</script>"
        f"</head><body><main><div class='article-body'><p>{PROSE[0]}</p><div class='paywall'>Subscribe to continue reading</div></div></main></body></html>",
        f"{HEAD}</head><body><div id=root></div><script>window.x = {json.dumps({'body': PARAGRAPHS})}</script></body></html>",
        f"{HEAD}</head><body><div>{'<br><br>'.join(PROSE)}</div><table><tr><td>1<td>2</table><form><input type=password></form></body></html>",
        f"{HEAD}</head><body><h1>We value your privacy</h1><p>We and our 9 partners use cookies.</p><p>Withdraw your consent, or accept all.</p></body></html>",
        "<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1><p>The requested URL was not found on this server.</p></body></html>",
    )
)  # fmt: skip
TOKENS = (
    b"<", b">", b"&", b"'", b'"', b"/>", b"</", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?", b"<!doctype ", b"&#0;", b"&#x85;", b"&#xd800;", b"&nbsp;",
    b"\x00", b"\x0b", b"\x85", b"\xa0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc2\x85", b"\xe2\x80\xa8", b"\xef\xbf\xbe", b"\xe2\x80\x8c",
    b"<p>", b"</p>", b"<div>", b"</div>", b"<div class='author'>", b"<div role='banner'>", b"<article>", b"</article>", b"<main>", b"<h1>", b"<h2>", b"<header>",
    b"<ul><li>", b"<a href=x>", b"</a>", b"<br>", b"<table><tr><td>", b"<script>", b"</script>", b"<style>", b"<svg>", b"<math>", b"<template>", b"<noscript>",
    b"<select><option>", b"<textarea>", b"<title>", b"<frameset>", b"<form>", b"<time>", b"<del>", b"<sup>", b"<b><i>", b"<span class='sr-only'>",
    b"\\u003cp>", b'"articleBody": "', b'{"a":"<p>', b"\\", b" - ", b"(AFP)", b"LAHORE: ", b"Nov 16", b"...", b"Read more", b"Subscribe to continue reading",
    b"<meta charset='utf-16'>", b"<meta charset='iso-2022-jp'>", b"<html lang='zz'/>", b"<base href='//'>", b" a" * 2_000, b" a='>'" * 500,
)  # fmt: skip
CHARSETS = (
    "utf-8", "utf-16", "utf-16-le", "utf-32", "utf-7", "windows-1252", "windows-1251", "koi8-r", "shift_jis", "gb18030",
    "iso-2022-jp", "punycode", "unicode_escape", "undefined", "hex", "none such", "\xff",
)  # fmt: skip
TYPES = ("", "text/html", "text/html; charset=", "application/xhtml+xml; charset=", "image/png", ";;==", "TEXT/HTML;x")


# ── mutations ────────────────────────────────────────────────────────────────────────────────


def flip(random: Random, page: bytes) -> bytes:
    changed = bytearray(page)
    for _ in range(random.randint(1, 8) if page else 0):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def insert(random: Random, page: bytes) -> bytes:
    start, _ = span(random, page)
    return page[:start] + random.choice(TOKENS) + page[start:]


def overwrite(random: Random, page: bytes) -> bytes:
    start, end = span(random, page)
    return page[:start] + random.choice(TOKENS) + page[end:]


def splice(random: Random, page: bytes) -> bytes:
    other = random.choice(SEEDS)
    start, end = span(random, other)
    at, _ = span(random, page)
    return page[:at] + other[start:end] + page[at:]


def repeat(random: Random, page: bytes) -> bytes:
    start, end = span(random, page)
    chunk = random.choice([page[start:end], random.choice(TOKENS)]) or b"x"
    return page[:start] + chunk * (int(REPEATED_MAX ** random.random()) // len(chunk) + 1) + page[start:]


def recode(random: Random, page: bytes) -> bytes:
    page = page.replace(b"utf-8", random.choice(CHARSETS).encode())
    try:
        return page.decode("utf-8", "replace").encode(random.choice(CHARSETS), "replace")
    except (LookupError, UnicodeError, AssertionError):
        return page


MUTATIONS: tuple[Callable[[Random, bytes], bytes], ...] = (
    flip, truncate, delete, insert, insert, insert, overwrite, overwrite, splice, repeat, recode,
)  # fmt: skip


def an_input(seed: int, number: int) -> tuple[bytes, str]:
    """Return the page and content type that seed and number stand for."""
    random = Random(f"{seed}/{number}")
    page = random.choice(SEEDS)
    for _ in range(random.randint(0, 5)):
        page = random.choice(MUTATIONS)(random, page[:PAGE_MAX])
    kind = random.choice(TYPES[:2]) if random.random() < 0.8 else random.choice(TYPES)
    return page, kind + random.choice(CHARSETS) if kind.endswith("=") else kind


# ── rules ────────────────────────────────────────────────────────────────────────────────────


def check(body: bytes, content_type: str) -> Article | RecordError:
    """Extract, and return the article or its refusal; raise RuleBroken or whatever else was wrong."""
    page = Page(
        page_id="page-1", day=NOON.date(), source_id="post", entry_id="entry-1", url=URL, final_url=URL, status_code=200,
        content_type=content_type, captured_at=NOON, archive_file="", archive_offset=0, payload_digest="",
        payload_bytes=len(body), feed_title="Nine dead", feed_published_at=None,
    )  # fmt: skip
    try:
        article = extract_article(Capture(page=page, body=body, feed_summary="Rebels shelled a market."))
    except RecordError as refusal:
        rule(str(refusal).startswith(f"{URL}: ") and len(str(refusal)) < 1_000, f"the message {str(refusal)[:200]!r}")
        return refusal
    check_article(article)
    return article


def check_article(article: Article) -> None:
    rule(pickle.loads(pickle.dumps(article)) == article, "an article that does not travel between processes")
    for name in (each.name for each in fields(article)):
        value = getattr(article, name)
        for text in value if isinstance(value, tuple) else [value]:
            rule(not isinstance(text, str) or clean(text) == text, f"what cannot be stored in {name}")
    pieces = [article.text[at.start : at.end] for at in article.paragraphs]
    rule(bool(pieces) and "\n\n".join(pieces) == article.text, "paragraphs that are not the text")
    rule(all(piece and piece == " ".join(piece.split()) for piece in pieces), "a paragraph that is not one line")
    rule(0 <= article.language_confidence <= 1 and 2 <= len(article.language_code) <= 3, f"{article.language_code}")
    rule(article.canonical_url.startswith("http"), f"the address {article.canonical_url!r}")
    rule(len(article.correction or "") <= 500 and len(article.dateline_place or "") <= 120, "a long field")


def outcome(given: tuple[bytes, str]) -> list[str]:
    """Return what became of a page: an article, or which refusal."""
    return [type(check(*given)).__name__]


FUZZER = Fuzzer("extract", an_input, outcome, lambda given: given[0], ".html", "bytes", SECONDS_MAX)
run = FUZZER.run


if __name__ == "__main__":
    sys.exit(FUZZER.main(__doc__ or ""))
