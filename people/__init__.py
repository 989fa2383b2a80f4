"""Who asks, which role they have, and what they may see: policy as data."""
