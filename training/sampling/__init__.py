"""Which rows train a model, with which weights? Inclusion probabilities, the random sample frame, sampling schemes."""
