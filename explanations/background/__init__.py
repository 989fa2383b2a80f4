"""The typical rows that cases of a model are compared with: where they come from, and how few of them represent
all."""
