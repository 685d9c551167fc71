"""Which models serve, and what MLflow records about them."""
