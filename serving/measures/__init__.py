"""What live use does to people: disparities between groups, harm to people without indications, yearly statistics."""
