"""An article as the model sees it: numbered sentences, the title first, cut where it is too long to send."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.language.clean import clean
from pipeline.language.sentences import split_sentences
from pipeline.records import Document, Span

SENTENCE_MAX = 1_500  #: characters; of a longer one, a list or a table, only the beginning is sent
TOKEN_CHARACTERS = 3  #: fewest of English text in one token, so that estimates are rather too high
DOCUMENTS_MAX = 10  #: in one request; with more of them models begin to mix them up


@dataclass(frozen=True, slots=True)
class Numbered:
    """A document with the span of each sentence that is shown; sentence 0 is the title."""

    document: Document
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        """Its circumstances, and one line a sentence."""
        document = self.document
        day = f"{document.published_on}, a {document.published_on:%A}" if document.published_on else "unknown"
        outlet = " ".join(clean(document.source_name).split()) or "unknown"
        head = f"Outlet: {outlet} ({document.source_country_code or 'country unknown'})\nPublished: {day}"
        return "\n".join([head, *(f"[{number}] {self.sentence(self.spans[number])}" for number in self.numbers)])

    @property
    def numbers(self) -> range:
        """Of the sentences that are shown: an empty title is not."""
        return range(0 if self.sentence(self.spans[0]).strip() else 1, len(self.spans))

    def sentence(self, span: Span) -> str:
        """What is shown of a sentence."""
        whole = self.document.title if span.part == "title" else self.document.text
        return clean(whole[span.start : min(span.end, span.start + SENTENCE_MAX)]).replace("\n", " ")

    @property
    def tokens(self) -> int:
        """About how many it takes; seldom more."""
        return len(self.text) // TOKEN_CHARACTERS + 1

    @property
    def is_empty(self) -> bool:
        return not self.numbers

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not sent, if anything."""
        end, length = max((span.end for span in self.spans if span.part == "text"), default=0), len(self.document.text)
        left = self.document.text[end:].strip()
        return (f"text cut after {end} of {length} characters",) if left else ()


def number(document: Document, text_max: int) -> Numbered:
    """Number the sentences of *document*; those that end beyond *text_max* characters are left out."""
    title = Span(part="title", start=0, end=len(document.title))
    ends = split_sentences(document.text[: text_max + SENTENCE_MAX])
    spans = [Span(part="text", start=start, end=end) for start, end in ends]
    kept = [span for span in spans if span.end <= text_max]
    return Numbered(document, (title, *(kept or spans[:1])))


def batches(articles: Sequence[Numbered], tokens_max: int) -> Iterator[list[Numbered]]:
    """Group neighbours that have at most *tokens_max* tokens together; a longer article is alone."""
    batch: list[Numbered] = []
    tokens = 0
    for article in articles:
        if batch and (tokens + article.tokens > tokens_max or len(batch) == DOCUMENTS_MAX):
            yield batch
            batch, tokens = [], 0
        batch.append(article)
        tokens += article.tokens
    if batch:
        yield batch
