"""Events: what an article reports, in PLOVER's terms, and which reports are about the same happening."""
