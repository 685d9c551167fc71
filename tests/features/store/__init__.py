"""Tests of the record store and of one case computed from it."""
