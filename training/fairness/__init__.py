"""Is anybody treated worse than their like? Groups side by side, alarms, and what a score gives away."""
