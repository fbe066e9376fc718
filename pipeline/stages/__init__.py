"""The pipeline, one verb a file, in this order."""

HARVEST = ("poll", "fetch")
NIGHTLY = ("extract", "code", "normalize", "link", "check", "load")
STAGES = HARVEST + NIGHTLY
