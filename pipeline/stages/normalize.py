"""Normalize: codings → mentions and claims in the warehouse's terms."""

from pipeline.batch import each
from pipeline.events.document import published_on
from pipeline.events.normalize import CodedArticle, normalize_article
from pipeline.io.tables import ClaimRow, CodingRow, MentionRow
from pipeline.io.versions import story_ids
from pipeline.records import Coding
from pipeline.run import Report, Run, split
from pipeline.stages.days import sources, versions


def normalize(run: Run) -> Report:
    """Turn the day's codings into its mentions and claims."""
    codings = run.store.day(Coding, CodingRow, run.day)
    ids = [coding.document_id for coding in codings]
    outlets, by_version = sources(run), {article.version_id: article for article in versions(run, ids)}
    stories = story_ids(run.store, ids)
    coded = [
        CodedArticle(
            article=article,
            coding=coding,
            story_id=stories.get(article.version_id, article.version_id),
            reported_date=published_on(article, outlets[article.source_id]) or run.day,
        )
        for coding in codings
        if (article := by_version.get(coding.document_id))
    ]
    made, rejected = split(each(normalize_article, coded))
    run.refuse_unexpected("normalize", rejected, len(coded))
    mentions = [mention for one in made for mention in one.mentions]
    claims = [claim for one in made for claim in one.claims]
    changed = run.replace_rows("normalize", {MentionRow: mentions, ClaimRow: claims}, rejected)
    return Report(
        stage="normalize",
        day=run.day,
        in_count=len(coded),
        out_count=len(mentions) + len(claims),
        rejected_count=len(rejected),
        changed_count=changed,
        note=f"{len(mentions)} mentions, {len(claims)} claims",
    )
