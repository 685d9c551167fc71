"""May a model serve? Evidence, policy, verdict, approvals, promotion and the way back."""
