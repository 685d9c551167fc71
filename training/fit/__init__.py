"""How is a model trained? Cases, trees, calibration, on this machine or on a cluster."""
