"""The records that flow through the pipeline, in flow order.

    Entry ─fetch─► Page ─extract─► Article ─code─► Coding ─normalize─► Mention, Claim ─link─► Event, Link
                                      ╰─group─► StoryMember

All are immutable. Ids are hashes of natural keys (`make_id`), so the same input gives the same ids
on every run. Countries are ISO 3166-1 alpha-3, or IGO, UNO, IMG, NGO for bodies that belong to none.
"""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Literal

Stance = Literal["asserts", "accuses", "admits", "denies", "confirms"]
ClaimKind = Literal["occurrence", "actor", "deaths", "injured", "missing", "detained", "displaced"]
Status = Literal["occurred", "planned", "hypothetical", "negated"]
Salience = Literal["main", "background"]
DatePrecision = Literal["day", "range", "none"]
PlacePrecision = Literal["place", "country", "none"]
InstantPrecision = Literal["instant", "day"]
DateSource = Literal["feed", "json-ld", "meta", "url", "text"]
StoryRule = Literal["first", "version", "copy", "near-copy"]


def make_id(*natural_key: object) -> str:
    """Return 16 hex digits (64 bits) that depend on nothing but the parts of the natural key."""
    text = "\x1f".join("" if part is None else str(part) for part in natural_key)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


# ── sources ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One address that lists a source's articles."""

    feed_id: str
    source_id: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A news outlet, as the catalogue declares it."""

    source_id: str
    name: str
    country_code: str | None
    language_code: str  #: BCP 47; "und" when the catalogue does not say
    time_zone: str  #: IANA name
    feeds: tuple[Feed, ...]
    terms: str  #: where its conditions of use stand, or a note about them
    articles_min: int | None  #: fewest articles on a normal day; fewer is an alarm
    articles_max: int | None


# ── harvest ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed in one revision: a new title or update instant makes a new entry."""

    entry_id: str
    day: date
    source_id: str
    feed_id: str
    address_id: str  #: equal for all spellings of one address that the source's feeds use
    guid: str
    url: str
    title: str
    summary: str
    published_at: datetime | None
    updated_at: datetime | None
    seen_at: datetime

    @property
    def key(self) -> str:
        return self.url


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One archived response to one request for an article's address."""

    page_id: str
    day: date
    source_id: str
    entry_id: str
    url: str
    final_url: str
    status_code: int
    content_type: str
    captured_at: datetime
    archive_file: str  #: name of the WARC file below the archive's root
    archive_offset: int  #: where the response record starts in it, bytes
    payload_digest: str  #: "sha256:…" of the decoded body
    payload_bytes: int
    feed_title: str  #: what the feed said of it, as fallback for metadata
    feed_published_at: datetime | None

    @property
    def key(self) -> str:
        return self.url


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A page with its body read back from the archive."""

    page: Page
    body: bytes
    time_zone: str = "UTC"  #: of the outlet, for instants that state none
    feed_summary: str = ""  #: what the feed says the article begins with, or is about

    @property
    def key(self) -> str:
        return self.page.url

    @property
    def source_id(self) -> str:
        return self.page.source_id


# ── articles ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Characters [start, end) of an article's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One version of an article: a changed title or text makes a new version, changed spaces or quotes do not."""

    version_id: str
    article_id: str
    day: date
    source_id: str
    page_id: str
    canonical_url: str
    title: str
    standfirst: str | None
    authors: tuple[str, ...]
    section: str | None
    language_code: str
    language_confidence: float  #: 0–1
    published_at: datetime | None
    published_source: DateSource | None
    published_precision: InstantPrecision | None
    modified_at: datetime | None
    modified_source: DateSource | None
    modified_precision: InstantPrecision | None
    dateline_place: str | None  #: as the text has it: "GOMA, Congo"
    agency: str | None  #: the news agency that the dateline, the byline or a credit line names
    correction: str | None  #: what the outlet says that it corrected
    is_paywalled: bool
    is_truncated: bool  #: the archived page has only the start of the text
    text: str
    paragraphs: tuple[Paragraph, ...]
    word_count: int
    notes: tuple[str, ...]  #: refused dates, why the text counts as truncated
    extractor: str  #: name and version of what made the row
    captured_at: datetime

    @property
    def key(self) -> str:
        return self.canonical_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One place where a version differs from the one before it: *removed* stood where *added* stands."""

    part: Literal["title", "text"]
    start: int  #: of what was added, in the newer version
    removed: str
    added: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a version changed in its article."""

    version_id: str
    day: date
    article_id: str
    previous_version_id: str
    words_removed: int
    words_added: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A version of an article was seen on a day."""

    sighting_id: str
    day: date
    article_id: str
    version_id: str
    captured_at: datetime  #: last on that day


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryMember:
    """An article version is one of a story's near-identical texts."""

    version_id: str
    day: date
    article_id: str
    source_id: str
    story_id: str
    similarity: float  #: 0–1, to the version that it was matched with; 1 for the first of a story
    matched_version_id: str | None
    rule: StoryRule
    signature: bytes  #: of its text, for those that come later
    grouper: str  #: name and version of what made the row


# ── coding ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a coder may know: a text and its circumstances."""

    document_id: str
    title: str
    text: str
    published_on: date | None  #: the day of publication where the outlet is
    published_within: tuple[date, date] | None = None  #: first and last day, where only a month or year is known
    source_name: str = ""
    source_country_code: str | None = None

    @property
    def key(self) -> str:
        return self.document_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Characters [start, end) of a document's title or text."""

    part: Literal["title", "text"]
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A party as the text names it, with the side it belongs to and its role."""

    text: str
    country_code: str | None
    role_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceName:
    """Where, as the text names it."""

    text: str
    country_code: str | None
    admin1: str | None = None
    geonames_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedMention:
    """A coder's answer: one happening that the document reports."""

    number: int  #: from 1, unique in its coding; claims refer to it
    type_code: str  #: one of PLOVER's sixteen
    mode_codes: tuple[str, ...] = ()
    spans: tuple[Span, ...]
    anchor: Span  #: the sentence that states it most fully
    actors: tuple[Entity, ...] = ()
    recipients: tuple[Entity, ...] = ()
    start_date: date | None = None
    end_date: date | None = None
    place: PlaceName | None = None
    status: Status = "occurred"
    salience: Salience = "main"
    rule: str  #: which rule or pattern made it


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedClaim:
    """A coder's answer: what one party says about one mention."""

    about: int | None  #: the mention's number; None for the toll of a whole conflict
    kind: ClaimKind
    stance: Stance
    span: Span
    source: Entity | None  #: who says so; None is the outlet in its own voice
    accused: Entity | None = None
    count_min: int | None = None
    count_max: int | None = None
    counted: Entity | None = None  #: whom the count counts
    is_cumulative: bool = False
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """All that a coder found in one document; empty when it found nothing."""

    document_id: str
    coder: str  #: name and version
    mentions: tuple[CodedMention, ...] = ()
    claims: tuple[CodedClaim, ...] = ()
    notes: tuple[str, ...] = ()


# ── events ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place on the map."""

    name: str
    country_code: str | None
    admin1: str | None
    latitude: float | None  #: WGS 84, degrees
    longitude: float | None
    precision: PlacePrecision
    geonames_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One article's report of something that happened, in the warehouse's terms."""

    mention_id: str
    day: date
    version_id: str
    article_id: str
    source_id: str
    story_id: str
    type_code: str
    mode_codes: tuple[str, ...]
    status: Status
    salience: Salience
    event_date: date | None
    event_end_date: date | None
    date_precision: DatePrecision
    reported_date: date  #: publication day, else capture day: when the event was known at the latest
    actors: tuple[Entity, ...]
    recipients: tuple[Entity, ...]
    place: Place | None
    sentence: str
    sentence_start: int
    sentence_end: int
    spans: tuple[Span, ...]
    rule: str
    coder: str

    @property
    def key(self) -> str:
        return self.mention_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one party says about one mention, and how it stands to it."""

    claim_id: str
    day: date
    mention_id: str | None
    version_id: str
    article_id: str
    source_id: str
    story_id: str
    kind: ClaimKind
    stance: Stance
    claimant: Entity | None  #: who says so; None is the outlet in its own voice
    accused: Entity | None
    counted: Entity | None
    count_min: int | None
    count_max: int | None
    is_cumulative: bool
    answers_claim_id: str | None  #: the accusation that a denial answers
    sentence: str
    sentence_start: int
    sentence_end: int
    rule: str
    coder: str

    @property
    def key(self) -> str:
        return self.claim_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A happening in the world, opened by the first mention of it."""

    event_id: str
    day: date
    type_code: str
    event_date: date | None
    reported_date: date
    place_name: str | None
    country_code: str | None
    actor_codes: tuple[str, ...]  #: countries of the actors
    recipient_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A mention is a report of an event, and why we think so."""

    mention_id: str
    day: date
    event_id: str
    score: float  #: 0–1
    rule: str


# ── outcomes ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Why one record went no further."""

    key: str
    error: str
    message: str
    is_expected: bool = True
    source_id: str | None = None
