"""How the tables of the service came to be."""
