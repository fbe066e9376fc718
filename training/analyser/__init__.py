"""The recipe of the English analyser; docs/analyser.md tells how to use it."""
