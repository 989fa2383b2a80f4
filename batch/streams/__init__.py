"""Streams: records of a topic are scored as they come, and what the model said of each goes to another topic."""
