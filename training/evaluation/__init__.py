"""How good is a ranking? The evaluation frame, recall at capacity, lift, calibration, and a checklist beside the model."""
