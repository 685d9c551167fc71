"""All SQL of serving: decisions, credentials, shadows, and the transactions around them."""
