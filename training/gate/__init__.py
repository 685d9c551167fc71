"""May a model serve? Evidence, policy, verdict, approvals, promotion, the way back, and the card that says so."""
