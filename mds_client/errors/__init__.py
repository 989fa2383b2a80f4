"""What can go wrong between us and a model, each with a sentence for a person.

* MdsError                  `sentence`, `advice`; `detail` and `request_id` are for the log
  + InvalidValues           a value cannot be sent; names each field. Nothing left the machine
  + EndpointUnreachable     nobody answered
    + EndpointTimedOut      somebody is there, but the answer did not come in time
  + ModelNotFound           404: the server does not have this model or version
  + EndpointRefused         4xx: the model did not accept the request; carries the server's words
    + NotAllowed            401, 403, a page to sign in at: access is refused
  + EndpointFailed          5xx: the server's side broke
    + NotReady              424, 429, 503: it is loading or busy; later it may answer
  + UnreadableAnswer        success, but not the protocol that we were promised
  + SignatureMismatch       the model's inputs changed since the form was drawn
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mds_client.transport.exchange import Exchange


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong with one value. A value, not an exception."""

    field: str
    sentence: str


class MdsError(Exception):
    """Root of the tree.

    `sentence` says what happened in plain words, `advice` what to do next, `detail` is the server's
    or the library's own text (for the log and the technical view), `exchange` what crossed the wire.
    """

    kind = "error"

    def __init__(self, sentence: str, *, advice: str = "", detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.advice = advice
        self.detail = detail
        self.exchange: Exchange | None = None

    @property
    def request_id(self) -> str:
        """The id under which the server and our log know the request; empty if none was sent."""
        return self.exchange.request_id if self.exchange else ""


_MOST_SHOWN = 50  # problems of one request


class InvalidValues(MdsError):
    """One or more values cannot be sent to the model. `problems` names the fields."""

    kind = "invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        shown = [problem.sentence for problem in self.problems[:_MOST_SHOWN]]
        if len(self.problems) > _MOST_SHOWN:
            shown.append(f"And {len(self.problems) - _MOST_SHOWN:,} more.")
        super().__init__(
            " ".join(shown),
            advice="Correct the marked fields and ask again. Nothing was sent.",
        )


class EndpointUnreachable(MdsError):
    """Nobody answered at the server's address."""

    kind = "unreachable"


class EndpointTimedOut(EndpointUnreachable):
    """The connection or the answer did not come in time."""

    kind = "timeout"


class ModelNotFound(MdsError):
    """The server answers, but does not know this model or version."""

    kind = "not_found"


class EndpointRefused(MdsError):
    """The model did not accept the request (4xx). `field` is set where the server names one."""

    kind = "refused"

    def __init__(
        self, sentence: str, *, advice: str = "", detail: str = "", field: str = ""
    ) -> None:
        super().__init__(sentence, advice=advice, detail=detail)
        self.field = field


class NotAllowed(EndpointRefused):
    """The server refuses access, or refuses it to this model."""

    kind = "not_allowed"


class EndpointFailed(MdsError):
    """The server broke while it worked on the request (5xx)."""

    kind = "failed"


class NotReady(EndpointFailed):
    """The model is loading, or the server has too much to do. The same request may succeed later."""

    kind = "not_ready"


class UnreadableAnswer(MdsError):
    """The server said success, but its answer is not what its protocol promises."""

    kind = "unreadable"


class SignatureMismatch(MdsError):
    """The inputs that the model asks for are not those that the form was drawn from."""

    kind = "mismatch"
