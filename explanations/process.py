"""The process that explains. Run as `python -m explanations.process <socket>` by child_process.py alone.

It is started as a program of its own, not by multiprocessing: that would import the app's main script
here, which under Streamlit is a page.
"""

from __future__ import annotations

import logging
import os
import queue
import sys
import threading
from multiprocessing.connection import Connection

from explanations.contract import Explanation, Method, Progress
from explanations.errors import ExplanationCancelled
from explanations.explaining import explain, quiet
from explanations.messages import (
    Broken,
    Cancel,
    Finished,
    FromApp,
    FromProcess,
    Logged,
    Moved,
    Setup,
    Started,
    Work,
)
from explanations.methods import methods
from mds_client.errors import MdsError
from mds_client.sensitive_values import SensitiveValues
from mds_client.transport.redaction import hidden_everywhere

NICENESS = 10
CHATTY = ("alibi", "shap", "numba", "PIL", "httpx", "httpcore")


class Process:
    """Takes work from the app one after the other; loads slow libraries while there is none."""

    def __init__(self, app: Connection[FromProcess, FromApp]) -> None:
        self._app = app
        self._work: queue.SimpleQueue[Work] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._cold = list(methods().values())
        setup = self._setup()
        self._connect, self._is_eager = setup.connect, setup.is_eager

    def run(self) -> None:
        """Work until the app goes away."""
        threading.Thread(target=self._listen, daemon=True).start()
        while True:
            self._do(self._next())

    def _setup(self) -> Setup:
        first = self._app.recv()
        if not isinstance(first, Setup):
            raise TypeError(f"expected Setup first, got {type(first).__name__}")
        return first

    def _listen(self) -> None:
        """Receive the app's messages, also during an explanation. When the app is gone, this process ends."""
        try:
            while True:
                self._receive(self._app.recv())
        except (EOFError, OSError):
            os._exit(0)

    def _receive(self, message: FromApp) -> None:
        if isinstance(message, Work):
            self._work.put(message)
        elif isinstance(message, Cancel):
            self._cancelled.add(message.number)

    def _next(self) -> Work:
        while self._is_eager and self._cold and self._work.empty():
            self._warm(self._cold[0])
        return self._work.get()

    def _warm(self, method: Method) -> None:
        if method in self._cold:
            self._cold.remove(method)
            with quiet():
                getattr(method, "warm", lambda: None)()

    def _do(self, work: Work) -> None:
        request = work.request
        rows = [request.values, *request.cohort]
        hidden = SensitiveValues.of(request.signature, rows, all_sensitive=True)
        hidden.hold()
        try:
            self._app.send(Finished(self._explained(work)))
        except MdsError as error:
            hidden.error(error)
            self._app.send(Broken(error.kind, error.sentence, error.advice, error.detail))

    def _explained(self, work: Work) -> Explanation:
        method = methods()[work.request.method]
        self._report(Progress(words="Preparing"))
        self._warm(method)
        self._app.send(Started())
        with self._connect(work.request.server) as client:
            return explain(
                work.request, method, client, report=self._report, check=lambda: self._check(work)
            )

    def _report(self, progress: Progress) -> None:
        self._app.send(Moved(progress))

    def _check(self, work: Work) -> None:
        if work.number in self._cancelled:
            raise ExplanationCancelled("The explanation was stopped.")


class _ToApp(logging.Handler):
    """Log lines go to the app, which knows where its log is."""

    def __init__(self, app: Connection[FromProcess, FromApp]) -> None:
        super().__init__(logging.WARNING)
        self._app = app

    def emit(self, record: logging.LogRecord) -> None:
        self._app.send(Logged(record.levelno, record.name, hidden_everywhere(record.getMessage())))


def main() -> None:
    os.nice(NICENESS)
    # Libraries print; nobody reads it.
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    app: Connection[FromProcess, FromApp] = Connection(int(sys.argv[1]))
    logging.getLogger().addHandler(_ToApp(app))
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    Process(app).run()


if __name__ == "__main__":
    main()
