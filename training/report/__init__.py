"""How is a run presented? Reports in sections, and plots."""
