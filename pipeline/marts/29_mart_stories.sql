-- Which articles are copies of one text, and whose text is it? One row a story that several articles carry.

create or replace view mart_stories as
select
    story_id,
    min(day) as first_day,
    arg_min(title, {'at': captured_at, 'id': version_id}) as title,
    any_value(origin) as origin,                   -- the agency that it credits, else the outlet that had it first
    any_value(origin_agency) as origin_agency,
    any_value(origin_source_id) as origin_source_id,
    count(*) as article_count,
    count(distinct source_id) as source_count,
    list_sort(list(distinct source_id)) as source_ids,
    min(story_similarity) as similarity_min        -- 0–1, of the least alike member to the text it was matched with
from current_article
group by story_id
having count(*) > 1
order by first_day, story_id;
