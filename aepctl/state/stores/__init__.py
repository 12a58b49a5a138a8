"""Where state can be kept: a file (base, file), or one document in an engine (documents)."""
