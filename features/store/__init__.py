"""Record store: append-only records in PostgreSQL, each at the position that a replay needs."""
