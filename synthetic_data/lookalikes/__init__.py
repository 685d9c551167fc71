"""Honest people and lawful hubs that share single signs of a typology, and pairs of both side by side."""
