"""`mds worker`: a process that takes jobs from the queues and runs them, until it is told to stop."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import signal
import sys
import threading
from types import FrameType

from cli.output import GOOD
from mds_client.transport.redaction import Hiding
from settings import settings

log = logging.getLogger(__name__)

# Whoever looks at a page goes before whatever runs here.
NICENESS = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """As the app's child it is given its name, and ends with its standard input."""
    parser.add_argument("--name", default="", help="what it is called; new each time by itself")
    parser.add_argument(
        "--embedded", action="store_true", help="end when standard input ends (the app uses this)"
    )
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Work until SIGTERM, Ctrl+C, or the end of standard input."""
    import services  # half a second that no other command should take

    stop = threading.Event()
    if chosen.embedded:
        threading.Thread(target=_stop_with_input, args=(stop,), daemon=True).start()
    os.umask(0o077)  # whatever this process writes is for its owner alone
    built = services.build(settings())  # refuses in a sentence what it cannot work with
    _become_a_worker(stop)
    gc.collect()
    gc.freeze()  # what is there by now stays: nobody looks for garbage in it while thousands of cases are written
    worker = built.worker(chosen.name)
    if not stop.is_set():  # the app may be gone by now
        worker.start()
        log.info("the worker %s takes jobs", worker.id)
        stop.wait()
        worker.close()
    built.close()
    # What runs was handed back; whoever does not stop in time is left behind with the process.
    logging.shutdown()
    os._exit(GOOD)


def _become_a_worker(stop: threading.Event) -> None:
    """Nice, with a log of its own: for the whole process, and so only once it is known to work."""
    _stop_at_signals(stop)
    os.nice(NICENESS)
    logging.basicConfig(level=settings().log_level, force=True)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(Hiding("%(asctime)s %(levelname)s worker %(name)s %(message)s"))


def _stop_at_signals(stop: threading.Event) -> None:
    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)


def _stop_with_input(stop: threading.Event) -> None:
    """End with standard input: the app holds the other end of the pipe, which closes when the app ends, however
    it ends."""
    while sys.stdin.buffer.read(4096):
        pass
    stop.set()
