"""What is wrong with the settings, in a sentence."""


class UnusableSettings(ValueError):
    """The settings cannot be read, or not be used. The sentence says which and why, without the values: they may be secret."""
