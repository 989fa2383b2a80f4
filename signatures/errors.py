"""What can go wrong with an overlay, on the tree of mds_client.errors.

* MdsError
  + OverlayRefused        it contradicts itself or is too large; `problems` names what to change
  + NewerVersion          somebody published meanwhile; carries that version
  + AlreadyPublished      the key belongs to another overlay
  + NoSuchVersion         there is no version of this number
  + OverlayNotRecorded    the database did not take it
  + UnreadableFile        a file that is to be imported says nothing that we know
"""

from __future__ import annotations

from collections.abc import Sequence

from db.overlays import OverlayView
from mds_client.errors import MdsError, Problem


class OverlayRefused(MdsError):
    """The overlay cannot be taken as it is."""

    kind = "invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            " ".join(problem.sentence for problem in self.problems),
            advice="Change it and publish again. Nothing was published.",
        )


class NewerVersion(MdsError):
    """Somebody published between opening the overlay and publishing it. `newer` is theirs."""

    kind = "newer_version"

    def __init__(self, newer: OverlayView) -> None:
        self.newer = newer
        super().__init__(
            f"{newer.author} published version {newer.number} while you were editing.",
            advice="Your changes are still here. Take them over to the newer version, look at what "
            "would change, and publish again.",
        )


class AlreadyPublished(MdsError):
    """A key that was made for one overlay came back with another."""

    kind = "already_recorded"

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            "This was already published with other content.",
            advice="Reload the page to see what is published.",
            detail=detail,
        )


class NoSuchVersion(MdsError):
    """There is no version of this number to go back to."""

    kind = "not_found"

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no version {number}.", advice="Choose one from the list.")


class OverlayNotRecorded(MdsError):
    """The database did not take the overlay, or cannot tell what was published."""

    kind = "not_recorded"

    def __init__(self, detail: str) -> None:
        super().__init__(
            "The versions of the signature cannot be read or written: the database did not respond "
            "as it should.",
            advice="Your changes are still here. Try again in a moment, or tell the operator.",
            detail=detail,
        )


class UnreadableFile(MdsError):
    """A file that cannot be imported."""

    kind = "invalid"

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(
            sentence,
            advice="Import a model-settings.json or a JSON Schema of the inputs. Nothing was changed.",
            detail=detail,
        )
