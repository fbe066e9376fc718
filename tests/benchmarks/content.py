"""What the loopback server says: invented feeds and pages of 100 KB, the same at every run. Pure.

Pages compress 4.6 times, as pages of real outlets do (half of 52 recorded ones: 4.2 to 5.8 times); repeated
bytes would flatter the archive. Feeds carry what those of outlets carry: media, categories, marked-up summaries.
"""

import random
from functools import lru_cache

PAGE_BYTES = 100_000
VARIANTS = 16
VOCABULARY = """
the of to and in a that for on said with as was at by from his is it he had has have be were will an are not who
their after they this its but two been would which more when one or about people up there over out against into
also than could other first government three year years last time new city officials police week state minister
president country town group day four between before under them while since spoke during residents early five near
what some most house only world public made party military market security late called report court area workers
found water capital office home talks north border several local south many food told leader village health army
school power hundreds district hospital another across where through road river region number members because
protest night morning damage trade budget vote law support attack east company month around former union council
prices central began women children families right killed six rain foreign west victims election agreement harbour
station took storm major wounded fire farmers held announced deal meeting coast street lawmakers judge thousands
rights plan visit rescue expected services bridge crews bank fuel weeks already shelter crowd campaign spokesman
parliament opposition strike peace province opened decision witnesses training teams statement troops journalists
"""
WORDS = VOCABULARY.split()
WEIGHTS = [1 / (rank + 8) for rank in range(len(WORDS))]  # a few words are most of any text


def page_head(host: str, path: str) -> bytes:
    """What makes a page different from every other one."""
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Report {path} | {host}</title>
<link rel="canonical" href="http://{host}{path}"><meta property="og:url" content="http://{host}{path}">
""".encode()


@lru_cache
def page_tail(variant: int) -> bytes:
    """The rest of a page: the head's scripts, navigation, the article, cards of other articles."""
    text = _Text(f"page {variant}")
    parts = [text.style(), "</head><body>", text.navigation(), text.article()]
    size = sum(map(len, parts))
    while size < PAGE_BYTES - 500:
        parts.append(text.state() if len(parts) % 8 == 0 else text.card())
        size += len(parts[-1])
    return "\n".join([*parts, "</body></html>\n"]).encode()


def feed(host: str, kind: str, revision: int, items: int) -> bytes:
    """An RSS feed whose items lead to /kind/revision-0, /kind/revision-1 and so on."""
    variant = (revision * 7 + len(host)) % VARIANTS
    return (
        _feed_template(variant, items)
        .replace(b"@host", host.encode())
        .replace(b"@path", f"/{kind}/{revision}".encode())
    )


@lru_cache
def _feed_template(variant: int, items: int) -> bytes:
    text = _Text(f"feed {variant}")
    listed = "".join(text.item(number) for number in range(items))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>News of @host</title><link>http://@host/</link><description>{text.words(12)}</description>
<language>en</language><lastBuildDate>Mon, 16 Nov 2026 11:00:00 GMT</lastBuildDate>
{listed}</channel></rss>
""".encode()


class _Text:
    """Text and markup drawn from the word list."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def words(self, count: int) -> str:
        return " ".join(self._random.choices(WORDS, WEIGHTS, k=count))

    def sentence(self) -> str:
        return self.words(self._random.randint(8, 26)).capitalize() + "."

    def title(self) -> str:
        return self.words(self._random.randint(7, 11)).capitalize()

    def slug(self) -> str:
        return "-".join(self._random.choices(WORDS, k=6))

    def hex(self, digits: int) -> str:
        return f"{self._random.getrandbits(4 * digits):0{digits}x}"

    def item(self, number: int) -> str:
        summary = " ".join(self.sentence() for _ in range(2))
        categories = "".join(f"<category>{word}</category>" for word in self._random.sample(WORDS, 3))
        return f"""<item><title>{self.title()}</title>
<link>http://@host@path-{number}</link><guid isPermaLink="false">{self.hex(12)}@path-{number}</guid>
<pubDate>Mon, 16 Nov 2026 {number // 60 % 11:02}:{number % 60:02}:00 GMT</pubDate><dc:creator>{self.words(2).title()}</dc:creator>
{categories}<media:content url="http://@host/images/{self.hex(16)}.jpg" medium="image" width="640" height="360"/>
<description>&lt;p&gt;{summary}&lt;/p&gt; &lt;a href="http://@host@path-{number}"&gt;Read on&lt;/a&gt;</description></item>
"""

    def article(self) -> str:
        paragraphs = "\n".join(f"<p>{' '.join(self.sentence() for _ in range(3))}</p>" for _ in range(24))
        return f'<main><article class="story"><h1>{self.title()}</h1>\n{paragraphs}\n</article></main>'

    def navigation(self) -> str:
        links = "".join(
            f'<li class="menu__item"><a class="menu__link" href="/section/{word}">{word.title()}</a></li>\n'
            for word in self._random.sample(WORDS, 40)
        )
        return f'<nav class="menu" aria-label="Sections"><ul>{links}</ul></nav>'

    def card(self) -> str:
        address, picture, title = f"/2026/11/16/{self.slug()}", self.hex(24), self.title()
        sizes = ", ".join(f"/images/{picture}-{width}.jpg?q=80 {width}w" for width in (320, 640, 960))
        return f"""<div class="card card--compact" data-track="river" data-id="{self._random.randrange(10**8)}">
  <a class="card__link" href="{address}"><picture class="card__picture"><img class="card__image" loading="lazy"
    src="/images/{picture}-320.jpg?q=80" srcset="{sizes}" alt="{title}" width="320" height="180"></picture>
  <h3 class="card__title">{title}</h3></a><p class="card__summary">{self.sentence()}</p>
</div>"""

    def style(self) -> str:
        rules = "".join(
            f".{self._random.choice(WORDS)}__{self._random.choice(WORDS)}{{margin:{self._random.randrange(40)}px "
            f"{self._random.randrange(40)}px;color:#{self.hex(6)}}}"
            for _ in range(150)
        )
        return f"<style>{rules}</style>"

    def state(self) -> str:
        rows = ",".join(
            f'{{"id":"{self.hex(16)}","slug":"{self.slug()}","headline":"{self.title()}","score":{self._random.random():.4f}}}'
            for _ in range(6)
        )
        return f"<script>window.__state=(window.__state||[]).concat([{rows}])</script>"
