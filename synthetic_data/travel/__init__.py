"""Landings, stays, departures, and what is reported during a stay."""
