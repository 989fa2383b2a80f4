"""The typical rows that cases of a model are compared with: where they are from, and a few that stand for many."""
