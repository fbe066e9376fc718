"""Benchmarks of harvest: `python -m benchmarks` in the folder tests. Figures, not tests of time."""
