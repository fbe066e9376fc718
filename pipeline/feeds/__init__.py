"""Feeds: bytes in, entries out; and what of them is new. Pure."""
