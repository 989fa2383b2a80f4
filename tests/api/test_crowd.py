"""Forty people at once, of every role, on one PostgreSQL and one MLServer: nothing is lost, doubled or mixed up."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api import crowd
from tests.api.served import built, serving


@pytest.mark.slow
def test_forty_people_at_once_lose_and_mix_up_nothing(
    mds_url: str, postgresql_url: str, tmp_path: Path
) -> None:
    changes = {"database_url": postgresql_url, "access": crowd.ACCESS}
    with built(mds_url, tmp_path, **changes) as found, serving(found) as served:
        people = crowd.people()
        crowd.run(served, people, turns=1)
        assert crowd.problems(served, people, turns=1) == []
