"""Bitemporal kernel: what was visible at a moment, counted over trailing windows."""
