"""Code: articles → codings, a coder's whole answer for each article in its language."""

from pipeline.coding import coder_of
from pipeline.events.document import to_document
from pipeline.io.store import chunks
from pipeline.io.tables import CodingRow
from pipeline.io.versions import newest_on
from pipeline.records import Article
from pipeline.run import Report, Run
from pipeline.stages.days import sources, versions

LANGUAGE = "en"


def code(run: Run) -> Report:
    """Code the version of each English article that was seen last on the day, unless an earlier day has coded it.

    It may be a version of an earlier day that nobody coded, since another stood at the end of that day.
    """
    outlets, all_articles = sources(run), standing(run)
    documents = [
        to_document(article, outlets[article.source_id])
        for article in all_articles
        if article.language_code == LANGUAGE
    ]
    uncoded = len(all_articles) - len(documents)
    note = f"{uncoded} not in English left uncoded" if uncoded else ""
    coder = coder_of(run.settings)
    outcomes = list(coder.code_many(documents))
    return run.replace("code", CodingRow, outcomes, "; ".join(filter(None, [note, coder.note])))


def standing(run: Run) -> list[Article]:
    """The versions that stood at the end of the day, less those that days before have coded."""
    newest = newest_on(run.store, run.day)
    coded = {
        row["document_id"]
        for some in chunks(newest)
        for row in run.store.rows(CodingRow, CodingRow.document_id.in_(some), CodingRow.day < run.day)
    }
    return versions(run, newest - coded)
