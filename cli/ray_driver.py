"""The process that drives a cluster of Ray for a worker: `python -m cli.ray_driver`, which nobody needs to type.

It reads one line from standard input that says what to do, answers with a line for each thing that happens, and ends with its input.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from collections.abc import Mapping

from batch.engines.node import Order
from batch.engines.ray_driver import Driver
from cli.ray_node import work


def main() -> None:
    """Work until standard input ends, or until the cluster cannot work."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print is no answer
    logging.basicConfig(level=logging.INFO)
    lock = threading.Lock()

    def tell(message: Mapping[str, object]) -> None:
        with lock:
            out.write(f"{json.dumps(message)}\n")
            out.flush()

    given = json.loads(sys.stdin.readline())
    stop = threading.Event()
    threading.Thread(target=_wait_for_end, args=(stop,), daemon=True).start()
    driver = Driver(
        order=Order(**given["order"]), work=work, tell=tell, processes=given["processes"]
    )
    driver.run(given["address"], stop)


def _wait_for_end(stop: threading.Event) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    stop.set()


if __name__ == "__main__":
    main()
