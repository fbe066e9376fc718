-- What holds now: of each article the version that was seen last, and what that version reports.

create or replace view current_article as
with seen as (
    select version_id, max(captured_at) as seen_at
    from fact_sighting
    group by version_id
)
select
    article.*,
    -- Who had the story first: outlets that carry its copy are no independent sources of it. A page that
    -- states only its day does not say when on that day: there the capture counts.
    first_value(article.source_id) over (
        partition by article.story_id
        order by
            coalesce(case when article.published_precision = 'instant' then article.published_at end, article.captured_at),
            article.source_id
    ) as origin_source_id
from fact_article article
left join seen using (version_id)
-- A correction may be taken back: seen last is not first captured last.
qualify row_number() over (
    partition by article.article_id order by coalesce(seen.seen_at, article.captured_at) desc, article.version_id
) = 1;

create or replace view current_mention as
select mention.*, current_article.origin_source_id
from fact_mention mention
join current_article using (version_id);

create or replace view current_claim as
select claim.*
from fact_claim claim
join current_article using (version_id);
