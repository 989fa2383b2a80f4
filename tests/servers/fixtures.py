"""The real model servers, each started once a session for whoever asks it: a plugin of tests/conftest.py."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest

from tests.servers.starting import Running, running
from tests.workers import WITH_SERVERS

_started_ones = ExitStack()


def _started(name: str, ready: str) -> Any:
    @pytest.fixture(scope="session", name=name)
    def server() -> Running:
        return _started_ones.enter_context(running(name, ready))

    return server


triton = _started("triton", "/v2/health/ready")
kserve = _started("kserve", "/v2/health/ready")
torchserve = _started("torchserve", "/ping")
seldon_core_1 = _started("seldon_core_1", "/health/status")
mlflow_scoring = _started("mlflow_scoring", "/ping")
fastapi_keyed = _started("fastapi_keyed", "/health")
bentoml_service = _started("bentoml_service", "/readyz")
litserve_service = _started("litserve_service", "/health")
ray_serve = _started("ray_serve", "/loans/openapi.json")
# Ready when its last model has its alias.
mlflow_registry = _started(
    "mlflow_registry", "/api/2.0/mlflow/registered-models/alias?name=pixels&alias=ready"
)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """They end with the last test that asks one: Ray Serve alone takes a tenth of a core while it waits."""
    if nextitem is None or not nextitem.nodeid.startswith(WITH_SERVERS):
        _started_ones.close()
