"""What people say of a case: whether the answer was right, what the truth is, and why."""
