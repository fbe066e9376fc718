-- Who says what about which event, and who denies it? One row a claim of a current article, with its evidence.

create or replace view mart_claims as
select
    claim.claim_id,
    mention.event_id,
    event.type_code,
    event.event_date,
    event.place_name,
    event.place_country_code,
    claim.kind,
    claim.stance,
    claim.claimant_name,
    claim.claimant_country_code,
    claim.claimant_role_code,
    claim.accused_name,
    claim.accused_country_code,
    claim.counted_name,
    claim.count_min,
    claim.count_max,
    claim.is_cumulative,
    claim.answers_claim_id,
    event.is_contested,
    source.name as source_name,
    article.canonical_url,
    article.published_at,
    claim.sentence,
    article.archive_file,
    article.archive_offset
from current_claim claim
join current_article article using (version_id)
join dim_source source on source.source_id = claim.source_id
left join fact_mention mention using (mention_id)
left join fact_event event on event.event_id = mention.event_id
order by event_date, event_id, claim.kind, claim.stance, claim.claim_id;
