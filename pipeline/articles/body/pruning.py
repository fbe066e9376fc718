"""Take out of a page what its markup says is no prose of the article, before anyone looks for the prose.

By the meaning of HTML elements and ARIA roles, and by class names that are conventions of the web: embedded posts of
social networks, pull quotes (which repeat the text), captions, words for screen readers, boxes about the author.
"""

import re
from itertools import chain

from lxml import etree
from lxml.html import HtmlElement

from pipeline.articles.body.paragraphs import key, lines, squeeze
from pipeline.articles.names import Names

HEADING_MAX = 200  # characters; paragraphs that are marked up as headings are longer
INTRODUCTION_MAX = 1000
LEAD_IN_MAX = 40
SENTENCE_MIN = 60
STANDFIRST_MIN = 40  # letters and digits that tell it; descriptions are cut short
MAIN_SHARE = 0.8  # of the characters in paragraphs
LINKED = 0.9  # share of a paragraph's characters from which it is nothing but a link

NOT_PROSE = (
    "script", "style", "noscript", "template", "head", "link", "meta", "svg", "math", "canvas", "object", "embed",
    "applet", "iframe", "frame", "frameset", "fencedframe", "audio", "video", "track", "source", "param", "map", "area",
    "figure", "picture", "img", "button", "select", "option", "optgroup", "datalist", "textarea", "input", "output",
    "progress", "meter", "dialog", "nav", "menu", "aside", "footer", "noindex", "marquee", "del", "s", "strike",
    "amp-sidebar", "amp-consent", "amp-ad", "amp-embed", "amp-lightbox", "amp-user-notification",
)  # fmt: skip
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
ROLES = ("navigation", "complementary", "banner", "contentinfo", "search", "dialog", "alertdialog")

APART = (
    "-twitter-tweet-", "-twitter-video-", "-instagram-media-", "-tiktok-embed-", "-fb-post-", "-reddit-embed-bq-",
    "-reddit-card-", "-bluesky-embed-", "-mastodon-embed-", "-telegram-post-", "-text-post-media-",
    "pullquote", "pull-quote", "-caption-", "-figcaption-", "-photo-credit-", "-image-credit-", "-picture-credit-",
    "visually-hidden", "visuallyhidden", "-sr-only-", "screen-reader", "-author-", "-newsletter-",
    "onetrust", "cybotcookiebot", "didomi", "usercentrics", "-qc-cmp", "-sp-message", "-truste-", "cookie-banner",
    "cookiebanner", "cookie-notice", "cookie-consent", "cookieconsent", "-cookie-law",
)  # fmt: skip
INTRODUCTIONS = (
    "standfirst", "stand-first", "-dek-", "-deck-", "subtitle", "sub-title", "subheadline", "sub-headline",
    "subheading", "sub-heading", "subtitulo", "article-summary", "article--summary", "-chapo-", "-chapeau-",
    "-entradilla-", "-bajada-", "-copete-", "-sumario-", "-sottotitolo-", "-occhiello-", "-untertitel-", "-ingress-",
    "-perex-",
)  # fmt: skip
_HAS_ROLE = etree.XPath("|".join(f"//*[@role='{role}']" for role in ROLES))
_SHADOWS = etree.XPath("//template[@shadowrootmode or @shadowroot]")  # what they hold is shown
_TIMES = etree.XPath(f"//p[string-length() > {SENTENCE_MIN}]//time")
_LEAD_IN = re.compile(r"[:|»›]\s*$")


def prune(tree: HtmlElement, standfirst: str = "") -> set[str]:
    """Remove from the tree what is no prose; return the keys of the lines that introduce the article.

    Those stay in the tree, as some articles have nothing else: titles, what else the article's header holds, and the
    standfirst where it is marked up as one. (Many pages describe themselves by their first paragraph, which is prose.)
    Links dissolve in the prose of their paragraphs.
    """
    for element in _SHADOWS(tree):
        element.drop_tag()
    for element in _TIMES(tree):
        element.tag = "span"  # the extractor drops times, as those of bylines
    etree.strip_elements(tree, *NOT_PROSE, with_tail=False)
    _narrow(tree)
    names = Names(tree)
    _drop_apart(tree, names)
    introductions = _introductions(tree, names, key(standfirst))
    _drop_headings(tree)
    _drop_link_lists(tree)
    _drop_linked_paragraphs(tree)
    return introductions - {""}


def _narrow(tree: HtmlElement) -> None:
    """Keep nothing but what the page calls its article, or its main part, when nearly all paragraphs are in it."""
    body, prose = tree.find("body"), _prose(tree)
    for name in ("article", "main") if body is not None and prose else ():
        part = max(tree.iter(name), key=_prose, default=None)
        if part is not None and _prose(part) >= MAIN_SHARE * prose:
            body.append(part)
            for other in list(body):
                if other is not part:
                    body.remove(other)
            body.text = part.tail = None
            return


def _drop_apart(tree: HtmlElement, names: Names) -> None:
    """Elements that class or role sets apart, unless one holds most of the page's paragraphs, or text without such."""
    weigh = _prose if _prose(tree) else _letters
    half = weigh(tree) / 2
    for element in (*_HAS_ROLE(tree), *names.holding(APART)):
        if element.getparent() is not None and weigh(element) < half:
            element.drop_tree()


def _prose(element: HtmlElement) -> int:
    """Characters in paragraphs, the element itself included."""
    return sum(len(paragraph.text_content()) for paragraph in element.iter("p"))


def _letters(element: HtmlElement) -> int:
    return len(squeeze(element.text_content()))


def _introductions(tree: HtmlElement, names: Names, standfirst: str) -> set[str]:
    headers = [header for header in tree.iter("header") if header.find(".//h1") is not None]
    standfirsts = (heading for heading in tree.iter(*HEADINGS) if _is_headed_by(standfirst, heading))
    paragraphs = (paragraph for header in headers for paragraph in header.iter("p"))
    parts = dict.fromkeys(chain(tree.iter("h1"), standfirsts, names.holding(INTRODUCTIONS), paragraphs))
    half = _prose(tree) / 2
    is_body = {part for part in parts if part.tag not in {"p", *HEADINGS} and half and _prose(part) > half}
    return {known for part in parts if part not in is_body for known in _keys(part)}


def _is_headed_by(standfirst: str, heading: HtmlElement) -> bool:
    return bool(standfirst) and key(heading.text_content()).startswith(standfirst[:STANDFIRST_MIN])


def _keys(element: HtmlElement) -> set[str]:
    whole = element.text_content()
    return {key(whole), *map(key, lines(element))} if len(whole) <= INTRODUCTION_MAX else set()


def _drop_headings(tree: HtmlElement) -> None:
    """Headings announce what paragraphs report; they stay where the page has hardly anything else."""
    headings = [element for element in tree.iter(*HEADINGS) if len(element.text_content()) <= HEADING_MAX]
    if sum(map(_letters, headings)) < _letters(tree) / 2:
        for element in headings:
            if element.getparent() is not None:
                element.drop_tree()


def _drop_link_lists(tree: HtmlElement) -> None:
    for element in list(tree.iter("ul", "ol")):
        if element.getparent() is not None and _linked_share(element) >= LINKED:
            element.drop_tree()


def _drop_linked_paragraphs(tree: HtmlElement) -> None:
    """Paragraphs that only point elsewhere: nothing but a link, or a link after words such as "Read more:"."""
    with_links = [paragraph for paragraph in tree.iter("p") if paragraph.find(".//a") is not None]
    pointing = {paragraph for paragraph in with_links if _points_elsewhere(paragraph)}
    is_usual = 2 * sum(map(_prose, pointing)) < _prose(tree)
    for paragraph in with_links:
        if is_usual and paragraph in pointing:
            paragraph.drop_tree()
        else:
            _dissolve_links(paragraph)


def _dissolve_links(paragraph: HtmlElement) -> None:
    """Setting a text makes one of its pieces, which would cost the extractor quadratic time."""
    etree.strip_tags(paragraph, "a")
    paragraph.text = paragraph.text
    for element in paragraph.iterdescendants():
        element.text, element.tail = element.text, element.tail


def _points_elsewhere(paragraph: HtmlElement) -> bool:
    if _linked_share(paragraph) >= LINKED:
        return True
    text, last = squeeze(paragraph.text_content()), squeeze(list(paragraph.iter("a"))[-1].text_content())
    lead_in = text.removesuffix(last)
    return bool(last) and len(lead_in) <= LEAD_IN_MAX and lead_in != text and bool(_LEAD_IN.search(lead_in))


def _linked_share(element: HtmlElement) -> float:
    length = _letters(element)
    return sum(map(_letters, element.iter("a"))) / length if length else 0.0
