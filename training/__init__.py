"""How is a model made, judged and let in? Labels, splits, fit, evaluation, registration and promotion."""
