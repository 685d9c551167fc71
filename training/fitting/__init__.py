"""How is a model made? Teaching, trees, calibration, and the search for parameters."""
