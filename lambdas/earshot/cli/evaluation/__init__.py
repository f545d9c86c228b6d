"""Word and character error rates that one can trust: read, normalise, count, compare."""
