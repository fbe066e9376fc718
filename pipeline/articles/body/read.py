"""Read the text of an article from its page: pruned by the meaning of HTML, found by trafilatura, trimmed."""

from dataclasses import dataclass
from itertools import accumulate
from unicodedata import normalize

import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from trafilatura.settings import Document, Extractor

from pipeline.articles.body.embedded import embedded_body, stated_body
from pipeline.articles.body.paragraphs import key, lines, width
from pipeline.articles.body.pruning import prune
from pipeline.articles.body.trimming import trim
from pipeline.errors import RecordError
from pipeline.records import Paragraph

WIDTH_MIN = 60  # a byline or a caption is shorter, one sentence of news is not
TEASER_MAX = 1_200  # width of a text for which the page may have another
START = 40  # letters and digits that tell a paragraph
SEPARATOR = "\n\n"
_OPTIONS = Extractor(comments=False, tables=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """An article's text."""

    text: str  #: paragraphs parted by an empty line, without title, standfirst and headings between them
    paragraphs: tuple[Paragraph, ...]  #: where each stands in it
    prompts: tuple[str, ...]  #: lines left out that ask the reader to pay, to register or to read on


def read_body(tree: HtmlElement, *, url: str, title: str, standfirst: str | None = None) -> Body:
    """Read the article's text; changes the tree.

    Raises RecordError when there is none, or the tree is beyond the extractor.
    """
    scripts = [script.text for script in tree.iter("script") if script.text]
    introductions = prune(tree, standfirst or "") | {key(title)}
    kept, prompts = trim(_extracted(tree, url), introductions)
    kept = _fuller(kept, scripts, title, introductions)
    if width(" ".join(kept)) < WIDTH_MIN:
        raise RecordError(
            f"{url}: no text of an article on the page ({len(' '.join(kept))} characters beside the title)"
        )
    return to_body(kept, prompts)


def to_body(paragraphs: list[str], prompts: list[str]) -> Body:
    """Join paragraphs, each of one line, to a text that knows where they are."""
    starts = [0, *accumulate(len(paragraph) + len(SEPARATOR) for paragraph in paragraphs)]
    places = (
        Paragraph(start=start, end=start + len(paragraph)) for start, paragraph in zip(starts, paragraphs, strict=False)
    )
    return Body(text=SEPARATOR.join(paragraphs), paragraphs=tuple(places), prompts=tuple(prompts))


def _extracted(tree: HtmlElement, url: str) -> list[str]:
    try:
        document = trafilatura.bare_extraction(tree, options=_OPTIONS)
    except (etree.LxmlError, RecursionError) as error:
        raise RecordError(f"{url}: the page cannot be read ({error})") from error
    return [normalize("NFC", line) for line in lines(document.body)] if isinstance(document, Document) else []


def _fuller(kept: list[str], scripts: list[str], title: str, introductions: set[str]) -> list[str]:
    """What the page's scripts hold, when its markup holds little and that is the beginning of it."""
    seen = width(" ".join(kept))
    if seen > TEASER_MAX:
        return kept
    stated, _ = trim(stated_body(scripts), introductions)
    if width(" ".join(stated)) > 2 * seen and _begins(kept, stated):
        return stated
    return kept if seen >= WIDTH_MIN else trim(embedded_body(scripts, title), introductions)[0]


def _begins(kept: list[str], whole: list[str]) -> bool:
    return not kept or key(kept[0])[:START] in key(" ".join(whole))
