"""Synthetic records with their truth, for training and tests."""
