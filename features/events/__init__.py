"""Events that features count: rows of one or more tables with two times, link keys, flags and codes."""
