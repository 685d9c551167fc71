"""Who looks like a ring and is not? For each typology, honest people and lawful hubs that share its single signs."""
