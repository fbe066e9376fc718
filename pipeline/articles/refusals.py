"""Refuse pages that are served in an article's place: consent walls, challenges to robots, errors, logins, front pages.

Precision first: an article about cookies or logins is one. What a page says of itself in JSON-LD, and a text of some
length, weigh more than any title; a title more than phrases within the text.
"""

import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from urllib.parse import SplitResult, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from pipeline.articles.body.paragraphs import squeeze, width
from pipeline.articles.phrases import phrases
from pipeline.errors import RecordError

LITTLE = 1_000  # width of a text; below it, what its page is called counts
TINY = 300  # below it, nothing needs to be explained
CONSENT_MAX = 8_000  # walls list purposes and partners
CONSENT_PHRASES_MIN = 3
TITLE_MAX = 200  # characters
ARTICLE_TYPES = ("Article", "Posting", "Report")  # how the names of schema.org's end
CONSENT_PLACES = frozenset(
    {"consent", "cookiewall", "cookie-wall", "privacywall", "privacy-gate", "privacygate", "myprivacy"}
)
LOGIN_PLACES = frozenset({"login", "log-in", "signin", "sign-in", "sso", "anmelden", "connexion"})
CHALLENGERS = (  # traces of challenges, not of the scripts that watch over ordinary pages
    "_cf_chl_opt", "/cdn-cgi/challenge-platform/h/", "captcha-delivery.com", "px-captcha", "captcha.px-cdn",
    "_Incapsula_Resource?SWUDNSAI", "gokuProps", "sec-if-cpt-", "sec-cpt-if", "check.ddos-guard", "sucuri_cloudproxy",
)  # fmt: skip

_PARTS = re.compile(r"\s*(?:[|»•·:]|\s[–—-]\s)\s*")
_SOURCES = etree.XPath("//script/@src | //iframe/@src | //div/@id | //script/text()", smart_strings=False)
_HAS_LOGIN_FORM = etree.XPath("boolean(//form[.//input[@type='password']])")


class ConsentPage(RecordError):
    """The page asks for consent to cookies, or to pay instead."""


class ChallengePage(RecordError):
    """The page wants to know whether a human asks for it."""


class ErrorPage(RecordError):
    """The page says that there is none, or none for us, whatever its status code."""


class LoginPage(RecordError):
    """The page is the door to an account."""


class FrontPage(RecordError):
    """The article's address leads to the outlet's front page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What tells a page's kind by its structure."""

    titles: tuple[str, ...]  #: of its title element and first headings
    has_login_form: bool
    challenger: str | None  #: a trace of a service that keeps robots out


def read_signs(tree: HtmlElement) -> Signs:
    """Read the signs of a page; for a tree from which nothing has been taken yet."""
    headings = (heading.text_content() for name in ("h1", "h2") for heading in islice(tree.iter(name), 1))
    titles = (tree.findtext(".//title") or "", next(headings, ""))
    sources = "\n".join(_SOURCES(tree))
    return Signs(
        titles=tuple(filter(None, (squeeze(title)[:TITLE_MAX] for title in titles))),
        has_login_form=_HAS_LOGIN_FORM(tree),
        challenger=next((trace for trace in CHALLENGERS if trace in sources), None),
    )


def refuse_non_article(signs: Signs, text: str, *, url: str, final_url: str = "", types: Collection[str] = ()) -> None:
    """Raise the refusal that a page deserves; return when it may be an article.

    *text* is its body's, empty when it has none; *types* are the types of schema.org that it states.
    """
    if final_url and _is_front(final_url) and not _is_front(url):
        raise FrontPage(f"{url}: leads to the front page, {final_url}")
    is_stated = any(kind.endswith(ARTICLE_TYPES) for kind in types)
    if _asks_consent(text, CONSENT_PHRASES_MIN + is_stated):
        raise ConsentPage(f"{url}: a wall that asks for consent, not an article")
    if is_stated or width(text) >= LITTLE:
        return
    places = _places(final_url or url)
    called = {table for table in ("challenge", "error", "login", "consent-title") if _is_called(table, signs, text)}
    title = repr(signs.titles[0]) if signs.titles else "no title"
    if signs.challenger or "challenge" in called:
        raise ChallengePage(f"{url}: a challenge to robots ({signs.challenger or title}), not an article")
    if "error" in called:
        raise ErrorPage(f"{url}: an error page ({title}), not an article")
    if signs.has_login_form and ("login" in called or places & LOGIN_PLACES):
        raise LoginPage(f"{url}: a login page ({title}), not an article")
    if "consent-title" in called or (places & CONSENT_PLACES and width(text) < TINY):
        raise ConsentPage(f"{url}: a wall that asks for consent ({title}), not an article")


def _asks_consent(text: str, phrases_min: int) -> bool:
    """Whether most of a text, and a text that is not long, speaks as such walls do."""
    if len(text) > CONSENT_MAX or phrases("consent").count(text) < phrases_min:
        return False
    asking = sum(width(line) for line in text.split("\n") if phrases("consent").found_in(line))
    return asking >= width(text) / 2


def _is_called(table: str, signs: Signs, text: str) -> bool:
    """Whether a title, or a part of one, is a phrase of the table, and the text does not belie it."""
    parts = {part for title in signs.titles for part in (title, *_PARTS.split(title))}
    is_so = any(map(phrases(table).equals, parts))
    return is_so and (width(text) < TINY or phrases("explanation").found_in(text))


def _places(url: str) -> set[str]:
    """The parts of an address's host and path."""
    parts = _split(url)
    return {*(parts.hostname or "").split("."), *parts.path.lower().split("/")}


def _is_front(url: str) -> bool:
    parts = _split(url)
    return parts.path in {"", "/"} and not parts.query


def _split(url: str) -> SplitResult:
    with suppress(ValueError):
        return urlsplit(url)
    return SplitResult("", "", url, "", "")
