-- What holds now: of each article the newest version, and what that version reports.

create or replace view current_article as
select
    *,
    -- who had the story first: outlets that carry its copy are no independent sources of it
    first_value(source_id) over (partition by story_id order by coalesce(published_at, captured_at), source_id) as origin_source_id
from fact_article
qualify row_number() over (partition by article_id order by captured_at desc, version_id) = 1;

create or replace view current_mention as
select mention.*, current_article.origin_source_id
from fact_mention mention
join current_article using (version_id);

create or replace view current_claim as
select claim.*
from fact_claim claim
join current_article using (version_id);
