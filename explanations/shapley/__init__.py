"""Shapley values from a model's answers alone, with how sure each is."""
