"""What goes wrong on forms? Slips of typing, empty fields, letters that are almost the same."""
