"""Quality report of a world: public figures, probes for short-cuts, pictures and a datasheet."""
