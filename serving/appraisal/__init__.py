"""The appraisal pack: what happened in a period, as a folder that a board reads and checks without this service."""
