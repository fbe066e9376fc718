"""How sure the coder wants to be, set by cross-validation over the annotated articles (docs/coder.md)."""

TELL = 0.20  #: for a word to tell an event
MERGE = 0.50  #: for a telling to join a happening
KEEP = 0.33  #: for a happening to be an event
ACTORS = (0.28, 0.45)  #: for the likeliest side to be an actor, and for further ones
RECIPIENTS = (0.36, 0.60)
