"""Decisions as they were shown, keys, and requests already answered."""
