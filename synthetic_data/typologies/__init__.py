"""The twelve typologies: a row of data and a file of behaviour each, and the rings that follow them."""
