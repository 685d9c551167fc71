"""Records and truth of a district as Arrow tables, and a world on disk."""
