"""How fast is it, beside what others would use? Ratios measured in one run, on synthetic data."""
