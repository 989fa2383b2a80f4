"""Files of any size through a model: a partition of their rows, chunks that are sent, and one result of all."""
