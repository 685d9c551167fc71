"""How sure is a figure? Confidence intervals of shares, slopes and ratios, randomisation tests, bootstrap over case groups."""
