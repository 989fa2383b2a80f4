"""An explanation on its way: how far it is, and its result."""

from __future__ import annotations

import logging
import threading

from explanations.contract import Explanation, Progress
from explanations.errors import ExplanationCancelled, ExplanationFailed
from explanations.explaining import ExplanationRequest
from mds_client.errors import MdsError

log = logging.getLogger(__name__)


class Job:
    """An explanation on its way. Every call returns at once, except `result` and `wait`."""

    def __init__(self, request: ExplanationRequest, number: int = 0) -> None:
        self.request = request
        self.number = number
        self.is_cancelled = False
        self._progress = Progress()
        self._explanation: Explanation | None = None
        self._error: MdsError | None = None
        self._settled = threading.Event()

    def progress(self) -> Progress:
        """How far it is and what it is doing."""
        return self._progress

    def done(self) -> bool:
        """Whether there is a result or an error."""
        return self._settled.is_set()

    def error(self) -> MdsError | None:
        """What went wrong; None while it runs and when it went well."""
        return self._error

    def result(self, timeout: float | None = None) -> Explanation:
        """The explanation, waited for. Raises its error, or TimeoutError."""
        if not self.wait(timeout):
            raise TimeoutError("the explanation is not ready yet")
        if self._explanation is None:
            raise self._error or ExplanationFailed("There is no explanation.")
        return self._explanation

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it is done, after at most so many seconds."""
        return self._settled.wait(timeout)

    def cancel(self) -> None:
        """Stop it, since nobody wants it any more. It ends soon, with ExplanationCancelled."""
        self.is_cancelled = True

    def move(self, progress: Progress) -> None:
        """For those who run it: it came further."""
        self._progress = progress

    def finish(self, explanation: Explanation) -> None:
        """For those who run it: it is ready."""
        self._explanation = explanation
        self._progress = Progress(fraction=1.0, words="Ready")
        log.info(
            *("explained with %s: %d rows, %d calls, %.1f s [case %s]", self.request.method),
            *(explanation.rows, explanation.calls, explanation.seconds, self.request.case),
        )
        self._settled.set()

    def fail(self, error: MdsError) -> None:
        """For those who run it: it went wrong."""
        self._error = error
        self._progress = Progress(fraction=1.0, words=error.sentence)
        level = logging.INFO if isinstance(error, ExplanationCancelled) else logging.WARNING
        log.log(
            *(level, "not explained with %s: %s %s [case %s]", self.request.method),
            *(error.sentence, error.detail, self.request.case),
        )
        self._settled.set()
