"""Where must one look? Each typology's smallest instance beside its closest look-alike, and the records that differ."""
