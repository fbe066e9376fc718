"""Which coder the settings choose."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.actors import use
from pipeline.batch import each
from pipeline.coder.coder import BuiltinCoder
from pipeline.events.protocol import Coder
from pipeline.records import Coding, Document, Rejection
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class OneByOne:
    """A pure function of a document as a coder; a document that it cannot code is rejected alone."""

    name: str
    code: Callable[[Document], Coding]
    note: str = ""

    def code_many(self, documents: Sequence[Document]) -> Iterator[Coding | Rejection]:
        return each(self.code, documents)


def coder_of(settings: Settings) -> Coder:
    """Return the coder named by the settings; raise ConfigError when its own settings are missing or wrong."""
    if settings.coder == "chat":
        from pipeline.chat import ChatCoder  # who codes here need not load an HTTP client

        return ChatCoder(settings)
    use(settings.actors_file)
    builtin = BuiltinCoder()
    return OneByOne(builtin.name, builtin.code)
