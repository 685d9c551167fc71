"""The sealed log: leaves, tree, checkpoints and proofs."""
