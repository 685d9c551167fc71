"""Which cases are there, and what had been found of them? Labels, the lot, weights, splits, and who belongs together."""
