"""Has anything changed since the model learned? Drift of inputs, scores and outcomes."""
