"""The built-in coder of events and claims: deterministic, offline, linear in the length of the text."""
