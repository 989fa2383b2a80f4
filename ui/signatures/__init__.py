"""A model's signature: corrected, tried, published, and found again in its versions."""
