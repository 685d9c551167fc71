"""Behavioural tests of a model: small stories in records, each with what must hold for any sane model."""
