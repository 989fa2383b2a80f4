"""The list of cases: its filters, a page of lines, and the page of one case."""
