"""Records as numbers: times, amounts, codes and link keys, the only input of features."""
