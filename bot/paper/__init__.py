"""Papers of our own: made from a recipe when a message leaves, the same bytes each time."""
