"""Who lives in the world honestly? People, their sponsors, their files, and what they do after landing."""
