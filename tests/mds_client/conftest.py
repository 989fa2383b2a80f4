from __future__ import annotations

from collections.abc import Iterator

import pytest

from mds_client import MdsClient, Server


@pytest.fixture
def client(mds_url: str) -> Iterator[MdsClient]:
    """A client of the real embedded MDS."""
    with MdsClient(Server(name="demo", url=mds_url)) as client:
        yield client
