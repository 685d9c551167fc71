"""What is published about the system? Papers made from the build itself."""
