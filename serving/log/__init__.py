"""Verification, checkpoint and yearly pack of stored decisions."""
