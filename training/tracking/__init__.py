"""Where are runs and models stored? MLflow, with the versions of code and data."""
