"""The sealed log: leaves, tree, checkpoints and proofs; and the yearly pack of decisions."""
