"""The studio: a model's signature is repaired, tried, published, and found again in its versions."""
