"""What the trail costs: CPU of a case with and without its entry, and how many entries many writers append at once.

`python -m benchmarks.audit_log [--cases N] [--writers N]` works in databases of its own, on SQLite and PostgreSQL. The
figure of a case is CPU time of this process; without a network, so that a share of it is more than it is in the app.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from audit_log.chain import Record, append
from audit_log.verify import verify
from benchmarks.cases import _database
from cases import trail
from cases.recording import predict_and_record
from db.engine import Sessions, close, make_sessions, writing
from db.migrate import migrate
from tests.stub_predictor import StubPredictor

_keys = count()
EACH = 25
VALUES = {f"field_{number}": number / 7 for number in range(20)}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=400)
    parser.add_argument("--writers", type=int, default=40)
    chosen = parser.parse_args(arguments)
    for kind in ("sqlite", "postgresql"):
        with _database(kind) as url:
            migrate(url)
            sessions = make_sessions(url)
            _of_a_case(kind, sessions, chosen.cases)
            _at_once(kind, sessions, chosen.writers)
            close(sessions)


def _of_a_case(kind: str, sessions: Sessions, cases: int) -> None:
    """With and without by turns, so that a busy machine is the same for both."""
    noted = trail.note_prediction
    spent: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(2 * cases):
        is_trailed = turn % 2 == 0
        trail.note_prediction = noted if is_trailed else _nothing
        spent[is_trailed].append(_cpu(lambda: _ask(sessions)))
    trail.note_prediction = noted
    on, off = (statistics.median(spent[each]) * 1000 for each in (True, False))
    print(f"{kind}: a case {off:.2f} ms of CPU, with its entry {on:.2f} ms ({on / off - 1:+.1%})")


def _at_once(kind: str, sessions: Sessions, writers: int) -> None:
    seconds: list[float] = []

    def write(writer: int) -> None:
        for number in range(EACH):
            began = time.perf_counter()
            with writing(sessions) as session:
                record = Record(kind="look", id=f"{writer}-{number}")
                append(session, "look", [record], person="ada")
            seconds.append(time.perf_counter() - began)

    began = time.perf_counter()
    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))
    took = time.perf_counter() - began
    slow = statistics.quantiles(seconds, n=20)[-1]
    print(
        f"{kind}: {writers} writers, {writers * EACH / took:,.0f} entries a second; one takes "
        f"{statistics.median(seconds) * 1000:.0f} ms, 19 of 20 less than {slow * 1000:.0f} ms"
    )
    assert (
        sum(1 for f in verify(sessions).findings if "newer than the trail" not in f.sentence) == 0
    )


def _ask(sessions: Sessions) -> None:
    key = f"key-{next(_keys)}"
    predict_and_record(StubPredictor(), VALUES, sessions=sessions, key=key, person="ada")


def _cpu(work: Callable[[], None]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _nothing(*_: object) -> None:
    """What the trail notes without a trail."""


if __name__ == "__main__":
    main()
