"""How is a model made? Which cases it needs, teaching, trees, calibration, and the search for parameters."""
