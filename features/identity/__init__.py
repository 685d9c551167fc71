"""Link keys: whether two records concern the same person, phone or address, in any script."""
