"""Is a group treated worse than comparable cases? Rates by group, alarms, and what a score reveals."""
