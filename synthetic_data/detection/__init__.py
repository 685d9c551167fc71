"""What of the truth becomes known, how, when, and how wrongly? Interviews, inspections, self-reports, the database."""
