"""What would a world look like in which the truth is known? Synthetic records for training and tests."""
