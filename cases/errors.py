"""What can go wrong around a case, on the tree of mds_client.errors.

* MdsError
  + Unexpected        a fault of ours while the model was asked; the log has the rest
  + CaseNotRecorded   the database did not take the case; carries the answer when there is one
  + KeyReused         the same form was sent with other values: its answer would be the wrong one
  + NoSuchCase        something is to be added to a case that does not exist
  + NotYours          something about a case is for who asked it, and for who reviews or operates its model
  + ViewRefused       a list of cases cannot be kept so
  + NoSuchWorkspace   there is no show or demonstration of that name
  + CasesHeld         what is to be removed is held
  + TooLong           a text that somebody wrote is longer than what is kept of it
  + LinkRefused       a link does not open its case: expired, taken back, for somebody else
"""

from __future__ import annotations

from mds_client.errors import MdsError
from mds_client.prediction import Prediction


class Unexpected(MdsError):
    """A fault of ours, in words that a person can act on."""

    def __init__(self, cause: Exception, request_id: str) -> None:
        super().__init__(
            "Something went wrong on our side while the model was asked.",
            advice=f"Your entries are safe. Try again; if it stays, report request {request_id}.",
            detail=f"{type(cause).__name__}: {cause}",
        )


class CaseNotRecorded(MdsError):
    """The database did not take the case. `prediction` is the answer, when the model gave one."""

    kind = "not_recorded"

    def __init__(self, detail: str, prediction: Prediction | None = None) -> None:
        super().__init__(
            "The case could not be recorded: the database did not respond as it should.",
            advice="Your entries are safe. Try again in a moment, or tell the operator.",
            detail=detail,
        )
        self.prediction = prediction


class KeyReused(MdsError):
    """A key that was made for one question came back with another."""

    kind = "key_reused"

    def __init__(self, case_id: str) -> None:
        super().__init__(
            "This form was already sent with other values.",
            advice="Reload the page and ask again.",
            detail=f"The idempotency key belongs to case {case_id}.",
        )


class NoSuchCase(MdsError):
    """There is no case with this id."""

    kind = "no_such_case"

    def __init__(self, case_id: str) -> None:
        super().__init__(f"There is no case {case_id}.", advice="Check the link.")


class NotYours(MdsError):
    """A case is seen, and what is wanted is for others."""

    kind = "not_yours"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"Only the person who asked this case, and those who review or operate its model, can {what}.",
            advice="Ask one of them.",
        )


class NoSuchWorkspace(MdsError):
    """There is no show or demonstration of this name."""

    kind = "no_such_workspace"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no workspace {name!r}.", advice="Nothing was removed.")


class CasesHeld(MdsError):
    """Cases that are to be removed are held."""

    kind = "held"

    def __init__(self, count: int) -> None:
        held = "One of its cases is held" if count == 1 else f"{count:,} of its cases are held"
        super().__init__(
            f"{held}, so nothing was removed.",
            advice="`mds retention held` shows what is held, `mds retention release` lets go of it.",
        )


class TooLong(MdsError):
    """A text is longer than what is kept of it; `name` begins the sentence."""

    kind = "invalid"

    def __init__(self, name: str, text: str, most: int) -> None:
        super().__init__(
            f"{name} has at most {most:,} characters, and this one {len(text):,}.",
            advice="Shorten it and send it again. Nothing was recorded.",
        )


def check_length(name: str, text: str, most: int) -> None:
    """Raises TooLong for a text of more than `most` characters: nothing is cut off unseen."""
    if len(text) > most:
        raise TooLong(name, text, most)


class LinkRefused(MdsError):
    """A link does not open its case."""

    kind = "link_refused"

    def __init__(self, sentence: str, advice: str) -> None:
        super().__init__(sentence, advice=advice)


class ViewRefused(MdsError):
    """A list of cases cannot be kept so."""

    kind = "view_refused"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, advice="Change it and keep it again. Nothing was recorded.")
