"""May a model serve? Evidence, policy, verdict, approvals, champion history, and the model card."""
