"""Is today still like the time the model learned from? Inputs, scores and outcomes."""
