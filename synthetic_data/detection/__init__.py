"""What becomes known of the truth, late and partly wrong: interviews, inspections, self-reports, the database."""
