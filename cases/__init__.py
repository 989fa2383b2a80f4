"""A request becomes a case: asked once, recorded whole, found again."""
