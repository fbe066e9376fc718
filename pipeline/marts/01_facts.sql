-- Facts: every load replaces the slice of one day (column day); a version belongs to one day only.

create table if not exists fact_article (
    version_id          varchar not null,
    article_id          varchar not null,  -- the same for all versions of an article
    day                 date not null,     -- coverage day that first captured this version
    source_id           varchar not null,
    canonical_url       varchar not null,
    title               varchar not null,
    standfirst          varchar,
    authors             varchar[] not null,
    section             varchar,
    language_code       varchar not null,
    language_confidence double not null,   -- 0–1
    published_at        timestamptz,
    published_source    varchar,           -- feed, json-ld, meta, url, text
    published_precision varchar,           -- instant, day
    modified_at         timestamptz,
    modified_source     varchar,
    modified_precision  varchar,
    dateline_place      varchar,           -- as the text has it
    agency              varchar,           -- the news agency that the article credits
    correction          varchar,           -- the outlet's own note of what it corrected
    is_paywalled        boolean not null,
    is_truncated        boolean not null,  -- the page has only the start of the text
    word_count          integer not null,
    notes               varchar[] not null, -- refused dates, why the text counts as truncated
    story_id            varchar not null,  -- the same for near-identical texts: wire copy
    story_similarity    double not null,   -- 0–1, to the text that it was matched with
    story_rule          varchar not null,  -- first, version, copy, near-copy
    extractor           varchar not null,
    captured_at         timestamptz not null,
    url                 varchar not null,
    archive_file        varchar not null,  -- the archived bytes: file and offset below the archive
    archive_offset      bigint not null,
    payload_digest      varchar not null
);

create table if not exists fact_mention (
    mention_id             varchar not null,
    event_id               varchar not null,
    link_score             double not null,
    link_rule              varchar not null,
    day                    date not null,
    version_id             varchar not null,
    article_id             varchar not null,
    source_id              varchar not null,
    story_id               varchar not null,
    type_code              varchar not null,
    mode_codes             varchar[] not null,
    score                  double not null, -- conflict–cooperation, -10 … +10, of the strongest mode
    status                 varchar not null,
    salience               varchar not null,
    event_date             date,
    event_end_date         date,
    date_precision         varchar not null,
    reported_date          date not null,
    actor_name             varchar,         -- the first actor; all are in fact_participant
    actor_country_code     varchar,
    actor_role_code        varchar,
    recipient_name         varchar,
    recipient_country_code varchar,
    recipient_role_code    varchar,
    place_name             varchar,
    place_country_code     varchar,
    admin1                 varchar,
    latitude               double,
    longitude              double,
    place_precision        varchar not null, -- place, country, none
    geonames_id            bigint,
    sentence               varchar not null,
    sentence_start         integer not null,
    sentence_end           integer not null,
    rule                   varchar not null,
    coder                  varchar not null
);

create table if not exists fact_participant (
    mention_id   varchar not null,
    day          date not null,
    part         varchar not null,          -- actor, recipient
    ordinal      integer not null,
    name         varchar not null,
    country_code varchar,
    role_code    varchar not null
);

create table if not exists fact_claim (
    claim_id              varchar not null,
    day                   date not null,
    mention_id            varchar,          -- null: the toll of a whole conflict
    version_id            varchar not null,
    article_id            varchar not null,
    source_id             varchar not null,
    story_id              varchar not null,
    kind                  varchar not null,
    stance                varchar not null,
    claimant_name         varchar,          -- null: the outlet in its own voice
    claimant_country_code varchar,
    claimant_role_code    varchar,
    accused_name          varchar,
    accused_country_code  varchar,
    accused_role_code     varchar,
    counted_name          varchar,
    counted_country_code  varchar,
    counted_role_code     varchar,
    count_min             bigint,
    count_max             bigint,
    is_cumulative         boolean not null,
    answers_claim_id      varchar,
    sentence              varchar not null,
    sentence_start        integer not null,
    sentence_end          integer not null,
    rule                  varchar not null,
    coder                 varchar not null
);

-- What a version changed of the one before it; the first version of an article has no row.
create table if not exists fact_revision (
    version_id          varchar not null,
    day                 date not null,
    article_id          varchar not null,
    previous_version_id varchar not null,
    words_removed       integer not null,
    words_added         integer not null,
    changes             struct(part varchar, "start" bigint, removed varchar, added varchar)[] not null
);

-- Which versions were seen on which day: the one seen last is what the article says now.
create table if not exists fact_sighting (
    sighting_id  varchar not null,
    day          date not null,
    article_id   varchar not null,
    version_id   varchar not null,
    captured_at  timestamptz not null
);

create table if not exists fact_coverage (
    day                 date not null,
    source_id           varchar not null,
    feed_count          integer not null,
    answered_feed_count integer not null,
    entry_count         integer not null,
    page_count          integer not null,
    rejected_count      integer not null,
    article_count       integer not null,
    articles_min        integer,
    articles_max        integer,
    state               varchar not null    -- normal, low, high, silent, quiet, failing, dead, unpolled
);

-- What a feed gave on a day on which it was polled, or is gone.
create table if not exists fact_feed_day (
    day             date not null,
    feed_id         varchar not null,
    source_id       varchar not null,
    url             varchar not null,
    polled_at       timestamptz not null,   -- first poll of the day
    state           varchar not null,       -- after its last poll
    is_answered     boolean not null,
    failure_kinds   varchar[] not null,     -- hard, soft, temporary
    last_error      varchar,
    entry_count     integer not null,       -- new ones
    gap_count       integer not null,
    missed_estimate integer                 -- entries that stood in the gaps
);

create table if not exists fact_rejection (
    rejection_id varchar not null,
    day          date not null,
    stage        varchar not null,
    source_id    varchar,
    table_name   varchar not null,
    key          varchar not null,
    error        varchar not null,
    message      varchar not null,
    is_expected  boolean not null
);

create table if not exists fact_gate_result (
    result_id     varchar not null,
    day           date not null,
    suite         varchar not null,
    rule          varchar not null,
    column_name   varchar not null,
    severity      varchar not null,
    is_passed     boolean not null,
    checked_count integer not null,
    failed_count  integer not null,
    observed      varchar not null,
    meaning       varchar not null,
    batch_digest  varchar not null
);

-- Which batch of each day this file holds.
create table if not exists load_log (
    day          date not null,
    batch_digest varchar not null,
    version      varchar not null
);
