-- Events: what the current mentions of one happening say together. Where they differ, the most frequent wins.

create or replace table fact_event as
with told as (
    select
        event_id,
        mode(type_code) as type_code,
        mode(status) as status,
        min(day) as first_day,
        max(day) as last_day,
        min(reported_date) as first_reported_date,
        mode(event_date) as event_date,
        coalesce(mode(event_date), min(reported_date)) as effective_date,  -- the day to count it under
        mode(place_name) as place_name,
        mode(place_country_code) as place_country_code,
        mode(admin1) as admin1,
        mode(actor_name) as actor_name,
        mode(actor_country_code) as actor_country_code,
        mode(recipient_name) as recipient_name,
        mode(recipient_country_code) as recipient_country_code,
        count(*) as mention_count,
        count(distinct article_id) as article_count,
        count(distinct source_id) as source_count,
        count(distinct origin_source_id) as independent_source_count,  -- outlets with copy of another's do not count
        bool_or(salience = 'main') as is_main,
        arg_max(sentence, length(sentence)) as sentence
    from current_mention
    group by event_id
),
placed as (
    select event_id, place_name, any_value(latitude) as latitude, any_value(longitude) as longitude
    from current_mention
    where latitude is not null
    group by event_id, place_name
),
tolls as (  -- the whole toll by one article: its highest count, as lower ones count parts ("four of them children")
    select
        mention.event_id,
        claim.version_id,
        bool_or(claim.stance = 'denies') as is_contested,
        max(coalesce(claim.count_min, claim.count_max)) filter (claim.kind = 'deaths' and claim.stance <> 'denies') as deaths_low,
        max(coalesce(claim.count_max, claim.count_min)) filter (claim.kind = 'deaths' and claim.stance <> 'denies') as deaths_high,
        max(coalesce(claim.count_min, claim.count_max)) filter (claim.kind = 'injured' and claim.stance <> 'denies') as injured_low,
        max(coalesce(claim.count_max, claim.count_min)) filter (claim.kind = 'injured' and claim.stance <> 'denies') as injured_high
    from current_claim claim
    join current_mention mention using (mention_id)
    where not claim.is_cumulative
    group by mention.event_id, claim.version_id
),
said as (
    select
        event_id,
        bool_or(is_contested) as is_contested,
        min(deaths_low) as deaths_low,
        max(deaths_high) as deaths_high,
        min(injured_low) as injured_low,
        max(injured_high) as injured_high
    from tolls
    group by event_id
)
select
    told.*,
    placed.latitude,
    placed.longitude,
    coalesce(said.is_contested, false) as is_contested,
    said.deaths_low,
    said.deaths_high,
    said.injured_low,
    said.injured_high
from told
left join placed on placed.event_id = told.event_id and placed.place_name is not distinct from told.place_name
left join said on said.event_id = told.event_id
order by told.effective_date, told.event_id;
