"""How good is a ranking? Whom it reaches at capacity, beside a checklist, and whether a score means what it says."""
