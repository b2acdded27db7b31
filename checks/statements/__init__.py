"""Further kinds of statements, one file a kind, each with its judge beside it."""
