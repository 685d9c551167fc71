"""Statements: free-text letters of applications, compared by their simhash."""
