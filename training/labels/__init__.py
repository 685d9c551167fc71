"""What had been established about a case at a cut-off? Labels from outcomes, case groups, and splits in time."""
