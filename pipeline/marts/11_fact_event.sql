-- Events: what the current mentions of one happening say together. Where they differ, the most frequent wins, among
-- equally frequent ones the one that comes first by mention_id. What belongs together is counted together: a place
-- with its country and coordinates, a party with its country and role.

create or replace table fact_event as
with told as (
    select
        event_id,
        mode(type_code order by mention_id) as type_code,
        arg_max(score, {'distance': abs(score), 'score': score}) as score,
        mode(status order by mention_id) as status,
        min(day) as first_day,
        max(day) as last_day,
        min(reported_date) as first_reported_date,
        mode(event_date order by mention_id) as stated_date,
        mode(
            case when place_name is not null then {
                'name': place_name, 'country_code': place_country_code, 'admin1': admin1,
                'latitude': latitude, 'longitude': longitude
            } end
            order by mention_id
        ) as place,
        mode(
            case when actor_name is not null then {
                'name': actor_name, 'country_code': actor_country_code, 'role_code': actor_role_code
            } end
            order by mention_id
        ) as actor,
        mode(
            case when recipient_name is not null then {
                'name': recipient_name, 'country_code': recipient_country_code, 'role_code': recipient_role_code
            } end
            order by mention_id
        ) as recipient,
        count(*) as mention_count,
        count(distinct article_id) as article_count,
        count(distinct source_id) as source_count,
        count(distinct origin) as independent_source_count,  -- outlets with copy of another's do not count
        bool_or(salience = 'main') as is_main,
        first(sentence order by length(sentence) desc, mention_id) as sentence
    from current_mention
    group by event_id
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
    told.event_id,
    told.type_code,
    told.score,
    told.status,
    coalesce(told.stated_date, told.first_reported_date) as event_date,  -- the day to count it under
    told.stated_date is not null as is_date_stated,
    told.first_day,
    told.last_day,
    told.first_reported_date,
    told.place.name as place_name,
    told.place.country_code as place_country_code,
    told.place.admin1 as admin1,
    told.place.latitude as latitude,
    told.place.longitude as longitude,
    told.actor.name as actor_name,
    told.actor.country_code as actor_country_code,
    told.actor.role_code as actor_role_code,
    told.recipient.name as recipient_name,
    told.recipient.country_code as recipient_country_code,
    told.recipient.role_code as recipient_role_code,
    told.mention_count,
    told.article_count,
    told.source_count,
    told.independent_source_count,
    told.is_main,
    told.sentence,
    coalesce(said.is_contested, false) as is_contested,
    said.deaths_low,
    said.deaths_high,
    said.injured_low,
    said.injured_high
from told
left join said using (event_id)
order by event_date, told.event_id;
