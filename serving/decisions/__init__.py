"""How cases are decided, replayed, corrected, queued and interviewed."""
