"""How sure is a figure? Intervals of shares, slopes and ratios, and draws in which a ring comes and goes together."""
