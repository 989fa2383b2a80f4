"""Files of any size, read once from their beginning to their end: never more of them in memory than a block."""
