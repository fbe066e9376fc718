"""Addresses: which of them name the same article, and which host they ask. Pure.

A canonical address is an identity and is never fetched: it may have a scheme or a host that nobody serves.
In doubt two addresses stay two: an article that is kept twice costs a row, one that is merged away is lost.
"""

import re
from collections.abc import Mapping
from unicodedata import normalize
from urllib.parse import SplitResult, quote, urljoin, urlsplit

# ── what does not tell one article from another ──────────────────────────────────────────────

DEFAULT_PORTS = frozenset({None, 80, 443})
MOBILE_HOSTS = frozenset({"m", "mobile", "amp"})
PUBLIC_SUFFIX = re.compile(r"(?:ac|co|com|edu|gob|gouv|gov|go|ne|net|or|org)\.[a-z]{2}")  # m.co.uk is a site's own name

TRACKING_PREFIXES = ("utm_", "ns_", "at_", "mtm_", "hsa_", "_hs", "fb_", "guce_", "oly_", "amp_")
TRACKING = frozenset({
    # advertising and social networks
    "_ga", "_gl", "__twitter_impression", "aoh", "dclid", "dicbo", "ef_id", "fbclid", "gbraid", "gclid", "gclsrc",
    "guccounter", "igsh", "igshid", "li_fat_id", "msclkid", "s_kwcid", "spm", "ttclid", "twclid", "usqp", "wbraid",
    "yclid",
    # newsletters
    "emc", "hsctatracking", "mc_cid", "mc_eid", "mkt_tok", "regi_id", "vero_id",
    # campaigns
    "cmp", "cmpid", "cndid", "int_cmp", "intcmp", "ito", "itm_campaign", "itm_content", "itm_medium", "itm_source",
    "ocid", "pk_campaign", "pk_kwd", "pk_medium", "pk_source", "smid", "smtyp", "soc_src", "soc_trk", "sr_share",
    "trk", "tsrc", "wt.mc_id", "wt_mc", "wtmc", "xtor",
    # where the reader came from
    "feedname", "feedtype", "ref_src", "ref_url", "referer", "referrer", "reflink", "rss", "sref", "srnd",
    "traffic_source", "wprss",
})  # fmt: skip
TRACKING_WORDS = frozenset({"icid", "itid", "ncid", "partner", "ref"})  # but a number may be that of an article

_ON, _FEED, _VIEW = frozenset({"", "1", "true", "yes", "amp"}), frozenset({"rss", "atom"}), frozenset({"amp", "mobile"})
MARKERS: Mapping[str, frozenset[str]] = {
    "amp": _ON, "mobile": _ON, "mode": _VIEW, "output": _VIEW, "outputtype": _VIEW, "view": _VIEW,
    "from": _FEED, "medium": _FEED, "origin": _FEED, "source": _FEED, "src": _FEED, "via": _FEED,
}  # fmt: skip

INDEX = re.compile(r"(?:index|default)\.(?:html?|shtml|php|aspx?|jsp)", re.IGNORECASE)
SUFFIX = re.compile(r"(?<=[^.])(?:(?:\.amp)+(?=\.html?\Z|\Z)|(?:;jsessionid=[^;]*)+\Z)", re.IGNORECASE)
VIEWER = re.compile(  # others that serve AMP pages, with the publisher's address in theirs
    r"https://(?:google(?:\.[a-z]{2,3}){1,2}/amp|(?:[^./]+\.)*(?:cdn\.ampproject\.org|bing-amp\.com)/(?:c|v|wp))"
    r"/(?:s/)?([^/?.]+\.[^/?]+/.+)"
)

# ── syntax (RFC 3986) ────────────────────────────────────────────────────────────────────────

SCHEMES = frozenset({"http", "https"})
LENGTH_MAX = 8192  #: characters; servers take no more, and no hostile one can cost more than milliseconds
HOST_LENGTH_MAX = 253
HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|[0-9a-f.]*:[0-9a-f:.]+")
FULL_STOPS = re.compile("[\u3002\uff0e\uff61]")  # that separate labels beside the plain one (RFC 3490, section 3.1)
UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
LITERAL = "!$&'()*+,;=:@/?%"  # what may stand unescaped in a path or a query, beside the unreserved
ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
SLASHES = re.compile(r"(?<!:)/{2,}")  # but http://… within a path, as archives have it
PARAMETER = re.compile(r"(?:^|&)(?:amp;)*([^&]+)")  # feeds that escape twice make & into &amp;
CONTROLS = dict.fromkeys(range(32))


def canonical_url(url: str) -> str:
    """Return the identity of an article's address; what is no http(s) address comes back stripped, else unchanged.

    Syntax by RFC 3986, section 6.2.2; then what tells how an article was found or shown goes: scheme, www and
    mobile hosts, AMP, index files, tracking. Parameters are sorted, as no order is meant by those who append them;
    those of one name keep theirs. Idempotent; raises nothing.
    """
    canonical = _canonical(url)
    if canonical is None:
        return url.strip()
    while (viewer := VIEWER.fullmatch(canonical)) and (shown := _canonical(f"https://{viewer[1]}")):
        canonical = shown
    return canonical


def host_key(url: str) -> str:
    """Return the host that is asked, in ASCII and lower case, without port or brackets; empty when there is none."""
    return _host(_split(url))


def absolute(base: str, link: str) -> str:
    """Return the link against the address it was found at (RFC 3986, section 5.2); empty for no http(s) address."""
    link = link.translate(CONTROLS).strip()
    try:
        joined = link if not link or _split(link).scheme else urljoin(base, link)
    except ValueError:
        return ""
    parts = _split(joined)
    return joined if parts.scheme in SCHEMES and _host(parts) else ""


def has_credentials(url: str) -> bool:
    """Tell whether the address carries a user name, with or without a password."""
    return "@" in _split(url).netloc


def _split(url: str) -> SplitResult:
    """The parts of an address; all are empty when it cannot be one."""
    try:
        parts = urlsplit(url.strip() if len(url) <= LENGTH_MAX else "")
        _ = parts.port  # refuses what is none
    except ValueError:
        return urlsplit("")
    return parts


def _canonical(url: str) -> str | None:
    parts = _split(url)
    host = _host(parts)
    if not host or parts.scheme not in SCHEMES:
        return None
    name = f"[{host}]" if ":" in host else _site(host)
    port = "" if parts.port in DEFAULT_PORTS else f":{parts.port}"
    query = _query(parts.query)
    route = _escaped(parts.fragment) if parts.fragment.startswith("!") else ""  # "#!/story/1" of a one-page site
    return f"https://{name}{port}{_path(parts.path)}{query and '?' + query}{route and '#' + route}"


# ── host ─────────────────────────────────────────────────────────────────────────────────────


def _host(parts: SplitResult) -> str:
    name = parts.hostname or ""
    if len(name) > HOST_LENGTH_MAX:
        return ""
    if not name.isascii():
        name = ".".join(_ascii(label) for label in FULL_STOPS.sub(".", normalize("NFKC", name).lower()).split("."))
    name = name.removesuffix(".")
    return name if HOST.fullmatch(name) else ""


def _ascii(label: str) -> str:
    """Punycode (RFC 3492), as browsers have it; the codec "idna" of Python makes straße into strasse, another host."""
    return label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"


def _site(host: str) -> str:
    """The host without www and without the names of mobile editions, unless the rest could be no site."""
    label, _, rest = host.partition(".")
    while "." in rest and (label == "www" or (label in MOBILE_HOSTS and not PUBLIC_SUFFIX.fullmatch(rest))):
        host = rest
        label, _, rest = host.partition(".")
    return host


# ── path and query ───────────────────────────────────────────────────────────────────────────


def _path(path: str) -> str:
    path = _escaped(path)
    if "/." in path:
        path = _without_dots(path)
    return _without_tail(SLASHES.sub("/", path)) or "/"


def _without_dots(path: str) -> str:
    """Resolve "." and ".." (RFC 3986, section 5.2.4); a slash at the end may be lost."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[max(1, len(kept) - 1) :]  # never the root
        elif segment != ".":
            kept.append(segment)
    return "/".join(kept)


def _without_tail(path: str) -> str:
    """The path without what asks for the same page in another way; "/amp" by itself is a page."""
    while path:
        folder, _, name = path.rpartition("/")
        if not name or INDEX.fullmatch(name) or (folder and name.lower() == "amp"):
            path = folder
        elif (short := SUFFIX.sub("", name)) != name:
            path = f"{folder}/{short}"
        else:
            break
    return path


def _query(query: str) -> str:
    if not query:
        return ""
    kept = [parameter for parameter in PARAMETER.findall(_escaped(query)) if not _is_noise(parameter)]
    return "&".join(sorted(kept, key=_name))


def _name(parameter: str) -> str:
    return parameter.partition("=")[0]


def _is_noise(parameter: str) -> bool:
    name, _, value = parameter.lower().partition("=")
    return (
        name in TRACKING
        or name.startswith(TRACKING_PREFIXES)
        or (name in TRACKING_WORDS and not value.isdigit())
        or value in MARKERS.get(name, ())
    )


def _escaped(text: str) -> str:
    """Escape what must be, unescape what need not be, in upper case (RFC 3986, section 6.2.2)."""
    text = quote(text, safe=LITERAL, errors="surrogatepass")
    return ESCAPE.sub(_normal_escape, text) if "%" in text else text


def _normal_escape(match: re.Match[str]) -> str:
    if not match[1]:
        return "%25"  # a percent sign that escapes nothing stands for itself
    character = chr(int(match[1], 16))
    return character if character in UNRESERVED else match[0].upper()
