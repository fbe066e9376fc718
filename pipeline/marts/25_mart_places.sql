-- Where does it happen? One row a place, for a map or a ranking.

create or replace view mart_places as
select
    place_name,
    place_country_code as country_code,
    latitude,
    longitude,
    count(*) as event_count,
    count(*) filter (type.quad_code = 4) as material_conflict_count,
    sum(deaths_high) as deaths_high,
    max(effective_date) as last_event_date
from fact_event event
join dim_type type using (type_code)
where place_name is not null and status = 'occurred'
group by place_name, place_country_code, latitude, longitude
order by event_count desc, place_name;
