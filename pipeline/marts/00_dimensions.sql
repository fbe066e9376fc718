-- Dimensions as tables: every load replaces their rows.

create table if not exists dim_source (
    source_id      varchar primary key,
    name           varchar not null,
    country_code   varchar,               -- ISO 3166-1 alpha-3
    language_code  varchar not null,      -- BCP 47
    time_zone      varchar not null,
    terms          varchar not null,
    articles_min   integer,
    articles_max   integer,
    is_active      boolean not null
);

-- A feed's health as it was at the last load that changed something.
create table if not exists dim_feed (
    feed_id          varchar primary key,
    source_id        varchar not null,
    url              varchar not null,
    adopted_url      varchar,             -- asked in its place, after a redirect that held for a week
    moved_to         varchar,             -- where permanent redirects lead now
    is_active        boolean not null,    -- in the catalogue
    state            varchar not null,    -- new, active, failing, dead, gone
    checked_at       timestamptz,
    answered_at      timestamptz,
    next_poll_at     timestamptz,
    interval_seconds integer not null,
    hard_count       integer not null,    -- failures since the last answer, by kind
    soft_count       integer not null,
    temporary_count  integer not null,
    last_error       varchar,
    etag             varchar
);

create table if not exists dim_type (
    type_code      varchar primary key,   -- PLOVER 2.0
    quad_code      integer not null,      -- 1 verbal cooperation … 4 material conflict
    quad_class     varchar not null,
    score          double not null,       -- conflict–cooperation, -10 … +10
    cameo_codes    varchar[] not null     -- codes of CAMEO that it gathers
);

create table if not exists dim_country (
    country_code   varchar primary key,   -- ISO 3166-1 alpha-3
    alpha2         varchar not null,
    name           varchar not null,
    latitude       double,
    longitude      double
);
