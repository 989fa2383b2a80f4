"""What if: a case beside changed copies of it, and the smallest change that gives a different answer."""
