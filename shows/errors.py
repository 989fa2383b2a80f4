"""What can go wrong with a show, on the tree of mds_client.errors.

* MdsError
  + NoSuchShow        there is no show with this id, or it is somebody else's
  + ShowRefused       a show cannot be kept so
  + AudienceClosed    nobody is let in: the show is over, or the code is another one by now
  + AudienceNotOpened the address for the audience cannot be used
"""

from __future__ import annotations

from mds_client.errors import MdsError


class NoSuchShow(MdsError):
    """There is no show with this id, or it is somebody else's."""

    kind = "no_such_show"

    def __init__(self, show_id: str) -> None:
        super().__init__(
            "There is no show under this link, or it is somebody else's.",
            advice="Your shows are on the page Shows.",
            detail=f"show {show_id!r}",
        )


class ShowRefused(MdsError):
    """A show cannot be kept so; nothing was changed."""

    kind = "show_refused"


class AudienceClosed(MdsError):
    """Nobody is let in: the show is over, or the code is another one by now."""

    kind = "audience_closed"

    def __init__(
        self,
        sentence: str = "This show is not open to an audience.",
        advice: str = "Scan the code on the screen once more.",
    ) -> None:
        super().__init__(sentence, advice=advice)


class AudienceNotOpened(MdsError):
    """The address for the audience cannot be used."""

    kind = "audience_not_opened"

    def __init__(self, host: str, port: int, detail: str) -> None:
        super().__init__(
            f"The address for the audience, {host}, port {port}, cannot be used.",
            advice="Another program may use it. Whoever runs the workbench can set another audience_port.",
            detail=detail,
        )
