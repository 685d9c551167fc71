"""What was known about this case, at that moment? Records, identities, windows and the catalogue of features."""
