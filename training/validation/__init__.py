"""Does the model earn its place? Earlier cut-offs, simpler means beside it, and what each feature brings."""
