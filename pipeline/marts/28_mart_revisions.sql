-- What did outlets change in articles that they had published? One row a version but the first.

create or replace view mart_revisions as
select
    revision.version_id,
    revision.article_id,
    revision.day,
    source.name as source_name,
    article.canonical_url,
    article.captured_at as changed_at,             -- when the change was first seen
    article.title,
    len(list_filter(revision.changes, lambda change: change.part = 'title')) > 0 as is_title_changed,
    revision.words_removed,
    revision.words_added,
    revision.changes,
    article.correction,                            -- what the outlet itself says that it corrected
    current_article.version_id is not null as is_current,
    revision.previous_version_id,
    article.archive_file,
    article.archive_offset
from fact_revision revision
join fact_article article using (version_id)
join dim_source source on source.source_id = article.source_id
left join current_article on current_article.version_id = revision.version_id
order by changed_at, revision.version_id;
