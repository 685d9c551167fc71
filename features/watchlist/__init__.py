"""Watch list: matches of a case with the Trafficking in Persons Database."""
