"""Records as numbers: times, amounts, codes and link keys, the only thing that features are computed from."""
