"""How several workers share the tests (`pytest -n 3 --dist loadgroup`): whole files, the dear ones first.

Each worker has an embedded MDS, a PostgreSQL, an app and a Chromium of its own: a few seconds to start, and
no test meets the cases, models or databases of another worker's. The servers of other projects are dear, and
their tests load and unload models: those run in one worker, so that each such server starts once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from xdist.scheduler import LoadGroupScheduling

from tests.servers.environments import names

OTHER_PROJECTS = frozenset(names())  # of the servers, and of the fixtures that start them
# What takes long to do comes before what is soon done: no worker is left with a long file at the end.
DEAR = (
    "servers",
    "browser",
    "zoo",
    "explanations",
    "demonstration",
    "jobs",
    "demo_mds",
    "cli",
    "app",
    "db",
    "pages",
)


# Tests that ask servers of other projects: they go to one worker, so that each such server starts once.
WITH_SERVERS = (
    "tests/servers/",
    "tests/zoo/test_real_servers.py",
    "tests/mds_client/client/test_many_rows.py",
)


class WholeFiles(LoadGroupScheduling):
    """Sends a file as a whole to one worker, and all files that ask servers of other projects to the same."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "servers" if file.startswith(WITH_SERVERS) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> WholeFiles | None:
    if config.getoption("dist") != "loadgroup":
        return None
    config.option.loadscopereorder = False  # files keep the order that is made below
    return WholeFiles(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Dear folders first; within them, the random order stays."""
    for item in items:
        asked = OTHER_PROJECTS & set(getattr(item, "fixturenames", ()))
        if asked and not item.nodeid.startswith(WITH_SERVERS):
            raise pytest.UsageError(
                f"{item.nodeid} asks {', '.join(sorted(asked))}: name its file in tests/workers.py, WITH_SERVERS."
            )
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    if item.nodeid.startswith(WITH_SERVERS):
        return 0
    below: Sequence[str] = item.path.relative_to(item.config.rootpath / "tests").parts
    folder = below[0] if len(below) > 1 else ""
    return DEAR.index(folder) if folder in DEAR else len(DEAR)
