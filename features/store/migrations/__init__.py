"""How the record store's tables came to be."""
