"""A case on one page of HTML that opens without a network: what is on it, and how it is written."""
