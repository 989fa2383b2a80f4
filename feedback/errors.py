"""What can go wrong with feedback, on the tree of mds_client.errors.

* MdsError
  + FeedbackRefused       it cannot be taken as it is; `problems` names what to change
  + AlreadyRecorded       the key belongs to another statement
  + FeedbackNotRecorded   the database did not take it
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from db.errors import Conflict, StorageError
from mds_client.errors import MdsError, Problem


class FeedbackRefused(MdsError):
    """The statement cannot be taken as it is."""

    kind = "feedback_refused"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            " ".join(problem.sentence for problem in self.problems),
            advice="Change it and send it again. Nothing was recorded.",
        )


class AlreadyRecorded(MdsError):
    """A key that was made for one statement came back with another."""

    kind = "already_recorded"

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            "This form was already sent with other content.",
            advice="Reload the case to see what is recorded, then change it there.",
            detail=detail,
        )


class FeedbackNotRecorded(MdsError):
    """The database did not take the statement."""

    kind = "not_recorded"

    def __init__(self, detail: str) -> None:
        super().__init__(
            "Your feedback could not be recorded: the database did not respond as it should.",
            advice="Try again in a moment, or tell the operator.",
            detail=detail,
        )


@contextmanager
def translated() -> Iterator[None]:
    """The database's errors as sentences about feedback: a key that is taken is of another statement."""
    try:
        yield
    except Conflict as error:
        raise AlreadyRecorded(str(error)) from error
    except StorageError as error:
        raise FeedbackNotRecorded(str(error)) from error
