"""One entry of a catalogue: what may be said of a source, and what each field has to look like.

A field's description completes the sentence "expected …" when its value is wrong.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import Annotated, Self
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from pipeline.places import gazetteer
from pipeline.records import Feed, Source, make_id

_LANGUAGE_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|\d{3}))?"
    r"(?P<rest>(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?)",
    re.IGNORECASE | re.ASCII,
)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return 'did you mean "…"?' for the nearest known word, or nothing."""
    return "".join(f'did you mean "{near}"?' for near in get_close_matches(word, list(known), 1))


def check_country(code: str) -> str:
    """Return the alpha-3 code for an alpha-2 or alpha-3 code; raises ValueError with a hint."""
    if code in gazetteer.countries() or code in gazetteer.BODIES:
        return code
    if code in _alpha3():
        return _alpha3()[code]
    meant = gazetteer.country_code(code) or gazetteer.country_code(code.upper())
    raise ValueError(did_you_mean(meant, [meant]) if meant else "")


def check_language(tag: str) -> str:
    """Return a BCP 47 tag in its usual case (en-GB, zh-Hant); raises ValueError with a hint."""
    usual = _usual_case(tag)
    if usual is None:
        usual = _usual_case(tag.replace("_", "-"))
        raise ValueError(did_you_mean(usual, [usual]) if usual else "")
    return usual


def check_time_zone(name: str) -> str:
    """Return an IANA name as it is; raises ValueError with a hint."""
    if name not in _time_zones():
        raise ValueError(did_you_mean(name, _time_zones()))
    return name


def check_feed(url: str) -> str:
    """Return an http(s) address without credentials as it is; raises ValueError with the reason."""
    if any(letter.isspace() or not letter.isprintable() for letter in url):
        raise ValueError("it has spaces or invisible characters")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"it is not an address: {error}") from error
    if parts.scheme not in ("http", "https"):
        raise ValueError("it does not start with https:// or http://")
    if "@" in parts.netloc:
        raise ValueError("it carries a user name or password")
    if not host:
        raise ValueError("it names no host")
    return url


def feed_key(url: str) -> str:
    """Return what two spellings of one address share: scheme and host may be written in any case."""
    return re.sub(r"^[^:/?#]+://[^/?#]+", lambda start: start[0].lower(), url)


def _usual_case(tag: str) -> str | None:
    found = _LANGUAGE_TAG.fullmatch(tag)
    if found is None:
        return None
    region = (found["region"] or "").upper()
    if region and not region.isdigit() and region not in _alpha3():
        return None
    subtags = (found["language"].lower(), (found["script"] or "").title(), region)
    return "-".join(filter(None, subtags)) + found["rest"].lower()


@lru_cache(maxsize=1)
def _alpha3() -> dict[str, str]:
    return {country.alpha2: code for code, country in gazetteer.countries().items()}


@lru_cache(maxsize=1)
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")]
Note = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
FeedUrl = Annotated[str, AfterValidator(check_feed)]


class ArticlesPerDay(BaseModel):
    """How many articles a normal day brings."""

    model_config = ConfigDict(extra="forbid", strict=True)

    min: int | None = Field(None, ge=0, lt=2**31, description="a whole number, 0 or more")
    max: int | None = Field(None, ge=0, lt=2**31, description="a whole number, 0 or more")

    @model_validator(mode="after")
    def _min_is_not_above_max(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is above max")
        return self


class Entry(BaseModel):
    """A [[source]] table of a catalogue."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")] = Field(
        description='small letters, digits and hyphens, such as "harbour-times"'
    )
    name: Name = Field(description="the outlet's name, a text of one line")
    country: Annotated[str, AfterValidator(check_country)] | None = Field(
        None, description='a country code of ISO 3166-1, such as "GBR" or "GB"'
    )
    language: Annotated[str, AfterValidator(check_language)] = Field(
        "und", description='a language tag of BCP 47, such as "en" or "en-GB"'
    )
    time_zone: Annotated[str, AfterValidator(check_time_zone)] = Field(
        "UTC", description='the IANA name of a time zone, such as "Europe/London"'
    )
    feeds: list[FeedUrl] = Field(
        min_length=1, description="one or more addresses, https:// or http://, without user name or password"
    )
    terms: Note = Field("", description="the address of the terms of use, or a note of one line about them")
    articles_per_day: ArticlesPerDay = Field(
        default_factory=ArticlesPerDay,
        description="{ min = 1, max = 6 }, whole numbers, min not above max",
    )

    def source(self) -> Source:
        """Return the record that this entry declares."""
        feeds = (Feed(feed_id=make_id(self.id, url), source_id=self.id, url=url) for url in self.feeds)
        return Source(
            source_id=self.id,
            name=self.name,
            country_code=self.country,
            language_code=self.language,
            time_zone=self.time_zone,
            feeds=tuple(feeds),
            terms=self.terms,
            articles_min=self.articles_per_day.min,
            articles_max=self.articles_per_day.max,
        )
