"""The kinds of job of Health."""
