"""What cases and feedback say of a model: rates, accuracy and times, each with its uncertainty."""
