"""What can be wrong with exported anchors. The messages are for who runs the workbench.

* AnchorsUnusable
  + NoKey                   nothing can be signed or checked
  + UnreadableAnchors       the file is not as it was written
"""


class AnchorsUnusable(Exception):
    """Anchors cannot be written or compared."""


class NoKey(AnchorsUnusable):
    """There is no key, or one that can be guessed."""


class UnreadableAnchors(AnchorsUnusable):
    """A file of anchors is not there, damaged, or signed with another key."""
