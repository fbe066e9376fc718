-- Which feeds are sick, which lose entries? One row a feed: its health at the last load, and its last 30 days.

create or replace view mart_feed_health as
with recent as (
    select
        feed_id,
        count(*) as day_count,
        count(*) filter (is_answered) as answered_day_count,
        max(day) filter (is_answered) as last_answered_day,
        sum(entry_count)::bigint as entry_count,
        sum(gap_count)::bigint as gap_count,
        sum(missed_estimate)::bigint as missed_estimate
    from fact_feed_day
    where day > (select max(day) - 30 from fact_feed_day)
    group by feed_id
)
select
    feed.feed_id,
    feed.source_id,
    source.name as source_name,
    feed.url,
    feed.adopted_url,
    feed.moved_to,
    feed.state,
    feed.is_active,
    feed.checked_at,
    feed.answered_at,
    feed.next_poll_at,
    feed.interval_seconds / 60 as interval_minutes,
    feed.hard_count,
    feed.soft_count,
    feed.temporary_count,
    feed.last_error,
    feed.etag,
    coalesce(recent.day_count, 0) as day_count,
    coalesce(recent.answered_day_count, 0) as answered_day_count,
    recent.last_answered_day,
    coalesce(recent.entry_count, 0) as entry_count,
    coalesce(recent.gap_count, 0) as gap_count,
    recent.missed_estimate
from dim_feed feed
join dim_source source using (source_id)
left join recent using (feed_id)
order by source.name, feed.url;
