"""What the Health page draws: a word for each model, everything about one, and what was asked and answered."""
