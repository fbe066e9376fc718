"""What goes into the archive, and where it stands there."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import takewhile
from typing import Literal
from urllib.parse import quote, urldefrag

Headers = tuple[tuple[str, str], ...]
RecordType = Literal["response", "revisit"]

URI_CHARACTERS = "%:/?#[]@!$&'()*+,;="  # RFC 3986, 2.2, beside letters, digits and -._~
PERMANENT = frozenset({301, 308})  # RFC 9110, 15.4.2 and 15.4.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """A redirect that was followed; its body was not read."""

    url: str
    status_code: int
    request_headers: Headers
    headers: Headers
    captured_at: datetime
    http_version: str = "HTTP/1.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a server answered; the body is decoded (no content or transfer encoding)."""

    url: str
    final_url: str
    status_code: int
    headers: Headers
    body: bytes
    captured_at: datetime
    request_headers: Headers = ()  #: none: not known, and no request is archived
    http_version: str = "HTTP/1.1"
    hops: tuple[Hop, ...] = ()
    is_cut: bool = False  #: only the body's beginning was read

    def header(self, name: str) -> str:
        return header(self.headers, name)

    @property
    def payload_digest(self) -> str:
        return payload_digest(self.body)

    @property
    def moved_to(self) -> str | None:
        """Where the first redirects lead that are permanent without a break; None when the first is not, or none is."""
        permanent = sum(1 for _ in takewhile(lambda hop: hop.status_code in PERMANENT, self.hops))
        return (*(hop.url for hop in self.hops), self.final_url)[permanent] if permanent else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """The archived capture that a new one may repeat."""

    url: str
    captured_at: datetime
    payload_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """One capture in the archive: where its record stands, and what an index says of it."""

    file: str
    offset: int
    payload_digest: str  #: of a revisit: that of the capture which it repeats
    length: int = 0  #: bytes of the compressed record
    record_type: RecordType = "response"
    url: str = ""
    status_code: int = 0
    content_type: str
    captured_at: datetime


def target_uri(url: str) -> str:
    """An address as captures have it: as RFC 3986 writes it, without a fragment, which is never asked for."""
    return quote(urldefrag(url).url, safe=URI_CHARACTERS)


def header(headers: Headers, name: str) -> str:
    """The first value of that name, in whatever case; empty when there is none."""
    return next((value for key, value in headers if key.lower() == name.lower()), "")


def payload_digest(body: bytes) -> str:
    """The digest that identifies a decoded body: `sha256:` and 64 hex digits."""
    return f"sha256:{sha256(body).hexdigest()}"
