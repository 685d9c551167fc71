"""Network of records that share identifiers, and the connected component of a case in it."""
