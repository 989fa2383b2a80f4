"""A model that cannot be loaded."""

raise RuntimeError("cannot load")
