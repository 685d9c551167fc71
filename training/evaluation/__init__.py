"""How good is a ranking, and how sure is that? Capacity, calibration, intervals, simpler means, earlier cut-offs."""
