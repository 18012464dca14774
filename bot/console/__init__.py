"""The terminal as a channel, and conversations written as text."""
