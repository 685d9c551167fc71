"""Formats of values by language; the texts are in `features/languages`."""
