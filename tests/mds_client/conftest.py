from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from mds_client import MdsClient, Server


@pytest.fixture
def client(mds_url: str) -> Iterator[MdsClient]:
    """A client of the real embedded MDS."""
    with MdsClient(Server(name="demo", url=mds_url)) as client:
        yield client


Result = TypeVar("Result")


def apart(work: Coroutine[Any, Any, Result]) -> Result:
    """Run it in a thread of its own: the browser's event loop may be running in this one."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, work).result()
