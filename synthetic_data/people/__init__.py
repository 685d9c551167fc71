"""Honest people: names, families, marriages, repeat applicants, and the population of a district."""
