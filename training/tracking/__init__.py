"""Where are runs and models kept, and what were they made from? MLflow, and versions of code and data."""
