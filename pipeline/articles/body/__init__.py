"""The text of an article."""
