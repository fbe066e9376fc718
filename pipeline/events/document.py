"""What a coder may know of an article."""

from datetime import date
from zoneinfo import ZoneInfo

from pipeline.records import Article, Document, Source


def to_document(article: Article, source: Source) -> Document:
    """Hand a coder the text with its circumstances."""
    return Document(
        document_id=article.version_id,
        title=article.title,
        text=article.text,
        published_on=published_on(article, source),
        source_name=source.name,
        source_country_code=source.country_code,
    )


def published_on(article: Article, source: Source) -> date | None:
    """The day of publication where the outlet is; a date without a time of day is taken as it stands."""
    if article.published_at is None:
        return None
    if article.published_precision == "day":
        return article.published_at.date()
    return article.published_at.astimezone(ZoneInfo(source.time_zone)).date()
