-- How much of what happened where, on which day? One row a day, type and country; days without any are in dim_date.

-- Every day from 31 days before the first covered day to the last covered day, or to the last event when that is later.
create or replace view dim_date as
with covered as (
    select min(day) - 31 as first_date, max(day) as last_date
    from fact_coverage
)
select
    unnest(
        generate_series(first_date, greatest(last_date, (select max(event_date) from fact_event)), interval 1 day)
    )::date as date
from covered;

create or replace view mart_daily_events as
select
    event.event_date,
    event.type_code,
    type.quad_code,
    type.quad_class,
    event.place_country_code as country_code,
    count(*) as event_count,
    sum(event.mention_count) as mention_count,
    sum(event.independent_source_count) as independent_source_count,
    count(*) filter (event.is_contested) as contested_count,
    sum(event.deaths_low) as deaths_low,
    sum(event.deaths_high) as deaths_high,
    avg(event.score) as mean_score
from fact_event event
join dim_type type using (type_code)
where event.status = 'occurred'
group by all
order by event_date, event_count desc, type_code, country_code;
