-- Where does it happen, and when? One row a place and day, for a map or a ranking.

create or replace view mart_places as
select
    place_name,
    place_country_code as country_code,
    latitude,
    longitude,
    event_date,
    count(*) as event_count,
    count(*) filter (type.quad_code = 4) as material_conflict_count,
    sum(deaths_high) as deaths_high
from fact_event event
join dim_type type using (type_code)
where place_name is not null and status = 'occurred'
group by place_name, place_country_code, latitude, longitude, event_date
order by event_date, event_count desc, place_name;
