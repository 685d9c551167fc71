"""What does a world contain, beside what is known in public? Figures, probes, pictures and a datasheet."""
