"""Pages for people, as self-contained HTML: rows in, text out."""
