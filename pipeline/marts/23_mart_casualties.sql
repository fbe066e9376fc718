-- How many were hurt, by whose account, and how did the account change? One row a count, also of older versions.

create or replace view mart_casualties as
select
    claim.claim_id,
    mention.event_id,
    event.type_code,
    event.event_date,
    event.place_name,
    event.place_country_code,
    claim.kind,
    coalesce(claim.claimant_name, source.name) as claimant,
    claim.claimant_country_code,
    claim.stance,
    claim.counted_name,
    claim.count_min,
    claim.count_max,
    claim.is_cumulative,
    source.name as source_name,
    claim.day,
    coalesce(article.modified_at, article.published_at, article.captured_at) as reported_at,
    current_article.version_id is not null as is_current,
    claim.sentence,
    article.canonical_url,
    claim.version_id,
    article.archive_file,
    article.archive_offset
from fact_claim claim
join fact_article article using (version_id)
join dim_source source on source.source_id = claim.source_id
left join fact_mention mention using (mention_id)
left join fact_event event on event.event_id = mention.event_id
left join current_article on current_article.version_id = claim.version_id
where claim.kind in ('deaths', 'injured', 'missing', 'detained', 'displaced')
order by event_date, event_id, claim.kind, reported_at, claim.claim_id;
