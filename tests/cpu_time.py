"""Where the processor's time goes: seconds by file and folder, of the tests and of every process they start.

Printed at the end of a run with `--cpu`. Time by the clock says little on a machine that does other work;
this says what a file costs. A part that is started once (a server, a browser) is on the bill of the file that
asked first.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

_TICKS = os.sysconf("SC_CLK_TCK")
_KEY = pytest.StashKey["_Meter"]()


class _Meter:
    """Reads the time that passed when the file changes, and only then: a reading looks at every process."""

    def __init__(self) -> None:
        self.file, self.last = "collection", 0.0
        self.seconds: Counter[str] = Counter()

    def enters(self, file: str) -> None:
        if file != self.file:
            now = _seconds_of_family(os.getpid())
            self.seconds[self.file] += max(0.0, now - self.last)  # a server's time may end with it
            self.file, self.last = file, now

    def by_folder(self) -> Counter[str]:
        folders: Counter[str] = Counter()
        for file, seconds in self.seconds.items():
            folders[file.rpartition("/")[0] or file] += seconds
        return folders


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cpu", action="store_true", help="print processor time by folder and file")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("cpu"):
        config.stash[_KEY] = _Meter()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    if meter := item.config.stash.get(_KEY, None):
        meter.enters(item.path.relative_to(item.config.rootpath).as_posix())
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Read for the last time while servers and browser are still there."""
    if nextitem is None and (meter := item.config.stash.get(_KEY, None)):
        meter.enters("")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker sends what it read; a run without workers keeps it."""
    if meter := session.config.stash.get(_KEY, None):
        getattr(session.config, "workeroutput", {})["cpu"] = dict(meter.seconds)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    if meter := node.config.stash.get(_KEY, None):
        meter.seconds.update(getattr(node, "workeroutput", {}).get("cpu", {}))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if meter := config.stash.get(_KEY, None):
        terminalreporter.section("processor time: folders, and the dearest 20 files")
        for found, most in ((meter.by_folder(), None), (meter.seconds, 20)):
            for name, seconds in found.most_common(most):
                terminalreporter.write_line(f"{seconds:8.1f} s  {name}")
        terminalreporter.write_line(f"{meter.seconds.total():8.1f} s  in all")


def _seconds_of_family(pid: int) -> float:
    """Of a process, of what it has waited for, and of what lives below it."""
    return _own_seconds(pid) + sum(map(_seconds_of_family, _children(pid)))


def _own_seconds(pid: int) -> float:
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / _TICKS  # utime, stime, cutime, cstime
    return 0.0


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, listing.read_text().split())
    return found
