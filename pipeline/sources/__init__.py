"""The catalogue of news sources, as data, and the feed lists of other readers."""

from pipeline.sources.catalogue import bundled, find_catalogue, load_catalogue, write_toml
from pipeline.sources.opml import export_opml, import_opml

__all__ = ["bundled", "export_opml", "find_catalogue", "import_opml", "load_catalogue", "write_toml"]
