"""Are the rankings good? The evaluation frame, recall at capacity, lift, calibration, and a checklist beside the model."""
