-- What holds now: of each article the version that was seen last, and what that version reports.

create or replace view current_article as
with seen as (
    select version_id, max(captured_at) as seen_at
    from fact_sighting
    group by version_id
),
agency as (  -- that are outlets themselves
    select lower(name) as name, min(source_id) as source_id
    from dim_source
    group by lower(name)
)
select
    article.*,
    first_value(article.source_id) over story as origin_source_id,
    first_value(article.agency ignore nulls) over story as origin_agency,
    coalesce(first_value(agency.source_id ignore nulls) over story, origin_agency, origin_source_id) as origin
from fact_article article
left join seen using (version_id)
left join agency on agency.name = lower(article.agency)
-- Who had the story first, unless it credits an agency: outlets that carry its copy are no independent sources of it.
-- A page that states only its day does not say when on that day: there the capture counts.
window story as (
    partition by article.story_id
    order by
        coalesce(case when article.published_precision = 'instant' then article.published_at end, article.captured_at),
        article.source_id, article.version_id
    rows between unbounded preceding and unbounded following
)
-- A correction may be taken back: seen last is not first captured last.
qualify row_number() over (
    partition by article.article_id order by coalesce(seen.seen_at, article.captured_at) desc, article.version_id
) = 1;

create or replace view current_mention as
select mention.*, current_article.origin
from fact_mention mention
join current_article using (version_id);

create or replace view current_claim as
select claim.*
from fact_claim claim
join current_article using (version_id);
