"""What is published about the system and each model? Papers made from the build itself."""
