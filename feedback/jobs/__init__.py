"""The kinds of job that feedback brings."""
