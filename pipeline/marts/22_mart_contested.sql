-- Which events are contested: who says so, who denies it? One row an event.

create or replace view mart_contested as
select
    event_id,
    any_value(event_date) as event_date,
    any_value(type_code) as type_code,
    any_value(place_name) as place_name,
    any_value(place_country_code) as place_country_code,
    list(distinct claimant order by claimant) filter (stance in ('asserts', 'accuses', 'confirms')) as said_by,
    list(distinct claimant order by claimant) filter (stance = 'admits') as admitted_by,
    list(distinct claimant order by claimant) filter (stance = 'denies') as denied_by,
    count(distinct source_name) as source_count,
    first(sentence order by published_at nulls last, claim_id) filter (stance = 'denies') as denial
from (
    select *, coalesce(claimant_name, source_name) as claimant
    from mart_claims
    where is_contested
)
group by event_id
order by event_date desc, source_count desc, event_id;
