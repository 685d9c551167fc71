"""The verbs of the API and the pages, one file each."""
