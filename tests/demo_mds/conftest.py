"""One who asks the running embedded MDS with nothing but what each model says about itself."""

from collections.abc import Iterator

import httpx
import pytest

from tests.demo_mds.asking import Asker


@pytest.fixture(scope="session")
def mds(mds_url: str) -> Iterator[Asker]:
    with httpx.Client(base_url=mds_url, timeout=60) as http:
        yield Asker(http)
