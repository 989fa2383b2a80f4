"""Presses that are kept until they are heeded.

A button of Streamlit is pressed for one run of the script, and a run ends at whatever it says or looks up in the session as soon
as the person does something else: what the press was for is then never done. Here it is kept until it was done. Who holds the
presses changes them without the session, so that no run ends between what was done and that it was heeded: nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ui import session


class Presses:
    """The presses of one place of a page that nothing was done for yet."""

    def __init__(self) -> None:
        self._noted = ""
        self._acts: list[Callable[[], object]] = []

    def note(self, name: str) -> None:
        """For `on_click` of a button: it is pressed until the presses are cleared, or another is, which is the last word."""
        self._noted = name

    def __contains__(self, name: str) -> bool:
        return self._noted == name

    def clear(self) -> None:
        """They were heeded: it was done, or it was said why not, or there is nothing left that they could be for."""
        self._noted = ""

    def call(self, act: Callable[..., object], *args: object) -> None:
        """For `on_click` of a button: do this at once. Where the run ends in its midst it is done anew, so twice must be as once."""
        kept = partial(act, *args)
        self._acts.append(kept)
        self._do(kept)

    def finish(self) -> None:
        """Do what a run that ended left. Before the fields are drawn whose values it may change."""
        for kept in list(self._acts):
            self._do(kept)

    def _do(self, kept: Callable[[], object]) -> None:
        try:
            kept()
        except Exception:  # what goes wrong is no end of the run, which is no Exception
            self._acts.remove(kept)
            raise
        self._acts.remove(kept)


def presses_of(place: str) -> Presses:
    """Those of this place, which may be of one case."""
    return session.remembered(f"{session.PRESSED}_{place}", Presses)
