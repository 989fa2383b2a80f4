"""The smallest change of a case that gets another answer: what may change, the search, and its words."""
