"""Many rows through a model: asking for them, and their answers as a table."""
