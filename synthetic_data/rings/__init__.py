"""How do brokers and rings recruit, place, rotate and adapt? Twelve typologies as behaviour."""
