"""Migrations of the record store's tables."""
