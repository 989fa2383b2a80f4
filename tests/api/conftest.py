"""One API for all tests that ask it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.served import Served, built, serving


@pytest.fixture(scope="session")
def served(mds_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The API with people in several roles; tests ask for what they made themselves."""
    with built(mds_url, tmp_path_factory.mktemp("api")) as found, serving(found) as there:
        yield there
