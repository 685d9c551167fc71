"""Shadow scoring: challenger and champion on the same live cases."""
