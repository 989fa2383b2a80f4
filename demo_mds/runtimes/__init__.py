"""The runtimes of our own that MLServer loads, and what they share."""
