"""Article pages of the sample outlets, rendered from the layouts in `templates/`."""

import json
from datetime import date
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from pipeline.sample.articles import Library, Story, Version

FOOTER = "Fictional sample article of the eventwire project"
LIST_LENGTH = 5  #: links in "most read"
COMMENTS = (
    ("oldsalt_62", "Thank you for reporting this so calmly."),
    ("M. Quill", "I read three versions of this today and each had another number."),
    ("teacup", "Why is this not on the front page?"),
)


def page_html(library: Library, story: Story, version: Version, day: date) -> bytes:
    """Return the story's page as it stood at the end of `day`, in the story's charset."""
    others = [other for other in library.published(story.outlet, day) if other is not story]
    fields = _meta_fields(story, version) | {
        "body": _body(story, version),
        "credit": _credit(story),
        "paywall": _paywall(story),
        "most_read": _links(others[:LIST_LENGTH], day),
        "related": _links([o for o in others if o.section == story.section][:2], day),
        "comments": _comments(story),
        "footer": FOOTER,
    }
    return _layout(story.outlet.layout).substitute(fields).encode(story.charset)


def _meta_fields(story: Story, version: Version) -> dict[str, str]:
    fields = {
        "charset": story.charset,
        "language": story.language,
        "outlet": story.outlet.name,
        "site": story.outlet.site,
        "url": story.url,
        "title": version.title,
        "summary": version.summary,
        "author": story.author,
        "section": story.section,
        "published": story.published_at.isoformat(),
        "modified": version.at.isoformat(),
        "published_text": f"{story.published_at:%A %d %B %Y, %H:%M %Z}",
    }
    escaped = {name: escape(value) for name, value in fields.items()}
    return escaped | {"json_ld": _json_ld(story, version), "json_ld_graph": _json_ld_graph(story, version)}


def _article_object(story: Story, version: Version) -> dict[str, object]:
    return {
        "@type": "NewsArticle",
        "@id": f"{story.url}#article",
        "mainEntityOfPage": story.url,
        "headline": version.title,
        "description": version.summary,
        "datePublished": story.published_at.isoformat(),
        "dateModified": version.at.isoformat(),
        "author": [{"@type": "Person", "name": story.author}],
        "articleSection": story.section,
        "inLanguage": story.language,
        "isAccessibleForFree": not story.is_paywalled,
    }


def _json_ld(story: Story, version: Version) -> str:
    publisher = {"@type": "NewsMediaOrganization", "name": story.outlet.name, "url": story.outlet.site}
    return _script({"@context": "https://schema.org", **_article_object(story, version), "publisher": publisher})


def _json_ld_graph(story: Story, version: Version) -> str:
    publisher_id = f"{story.outlet.site}/#organization"
    graph = [
        {"@type": "Organization", "@id": publisher_id, "name": story.outlet.name},
        {"@type": "WebPage", "@id": story.url, "name": version.title, "inLanguage": story.language},
        {**_article_object(story, version), "publisher": {"@id": publisher_id}},
    ]
    return _script({"@context": "https://schema.org", "@graph": graph})


def _script(document: dict[str, object]) -> str:
    # "</script>" inside a value would end the element; ASCII survives every charset.
    return json.dumps(document, indent=1).replace("</", "<\\/")


def _body(story: Story, version: Version) -> str:
    if story.page == "video":
        return '<div class="player" data-state="idle"><button type="button">Play</button></div>'
    return "\n".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in version.paragraphs)


def _credit(story: Story) -> str:
    return '<div class="credit">Copy: Meridian Wire</div>' if story.wire else ""


def _paywall(story: Story) -> str:
    return '<aside class="paywall"><b>Subscribe to continue reading</b></aside>' if story.is_paywalled else ""


def _links(stories: list[Story], day: date) -> str:
    titles = [(story.url, version.title) for story in stories if (version := story.version_on(day))]
    return "".join(f'<li><a href="{url}">{escape(title)}</a></li>' for url, title in titles)


def _comments(story: Story) -> str:
    if not story.outlet.has_comments:
        return ""
    items = "".join(f'<li class="comment"><b>{who}</b> <p>{what}</p></li>' for who, what in COMMENTS)
    return f'<section id="comments" class="comments"><h3>Comments</h3><ul>{items}</ul></section>'


@cache
def _layout(name: str) -> Template:
    return Template((files("pipeline.sample") / "templates" / f"{name}.html").read_text(encoding="utf-8"))
