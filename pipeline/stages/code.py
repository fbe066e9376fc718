"""Code: articles → codings, a coder's whole answer for each article in its language."""

from pipeline.batch import each
from pipeline.events.coder import RuleCoder
from pipeline.events.document import to_document
from pipeline.io.tables import CodingRow
from pipeline.run import Report, Run
from pipeline.stages.days import articles, sources

LANGUAGE = "en"


def code(run: Run) -> Report:
    """Code every English article of the day; the others stay uncoded, and the note says how many."""
    outlets, all_articles = sources(run), articles(run)
    documents = [
        to_document(article, outlets[article.source_id])
        for article in all_articles
        if article.language_code == LANGUAGE
    ]
    uncoded = len(all_articles) - len(documents)
    note = f"{uncoded} not in English left uncoded" if uncoded else ""
    return run.replace("code", CodingRow, each(RuleCoder().code, documents), note)
