"""What is published about the system? Papers generated from the build."""
