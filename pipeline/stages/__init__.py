"""The pipeline, one verb a file, in this order."""

HARVEST = ("poll", "fetch")
NIGHTLY = ("extract", "group", "code", "normalize", "link", "check", "load")
STAGES = HARVEST + NIGHTLY
