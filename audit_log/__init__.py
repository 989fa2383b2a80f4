"""The trail of who did what: each entry is chained to the one before, and a verification finds what was changed."""
