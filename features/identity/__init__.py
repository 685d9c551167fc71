"""Do two records concern the same person, phone or address? Link keys from raw strings, in any script."""
