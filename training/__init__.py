"""Which models exist, and may they serve? Labels, sampling, fit, evaluation, fairness, gate, tracking, drift, papers, experiments."""
