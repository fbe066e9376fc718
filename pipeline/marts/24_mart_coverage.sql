-- Is it quiet, or was a feed dead? One row a source and day.

create or replace view mart_coverage as
with mentions as (
    select source_id, day, count(*) as mention_count
    from fact_mention
    group by source_id, day
)
select
    coverage.day,
    coverage.source_id,
    source.name as source_name,
    source.country_code,
    coverage.state,
    coverage.article_count,
    coverage.articles_min,
    coverage.articles_max,
    coverage.entry_count,
    coverage.page_count,
    coverage.rejected_count,
    coalesce(mentions.mention_count, 0) as mention_count,
    coverage.feed_count,
    coverage.answered_feed_count
from fact_coverage coverage
join dim_source source using (source_id)
left join mentions using (source_id, day)
order by coverage.day, source.name;
