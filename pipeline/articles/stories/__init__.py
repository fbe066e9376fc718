"""Which articles are near-identical texts."""
