"""The record store: append-only records in PostgreSQL, each with the position that a replay needs."""
