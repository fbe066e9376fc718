"""Articles: an archived page in, an article out. Pure."""
