"""Applications as they are planned, drafted and written on forms, with their slips and gaps."""
