from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.starting import Running, running


@pytest.fixture(scope="session")
def triton() -> Iterator[Running]:
    with running("triton", "/v2/health/ready") as server:
        yield server


@pytest.fixture(scope="session")
def kserve() -> Iterator[Running]:
    with running("kserve", "/v2/health/ready") as server:
        yield server


@pytest.fixture(scope="session")
def seldon_core_1() -> Iterator[Running]:
    with running("seldon_core_1", "/health/status") as server:
        yield server


@pytest.fixture(scope="session")
def mlflow_scoring() -> Iterator[Running]:
    with running("mlflow_scoring", "/ping") as server:
        yield server


@pytest.fixture(scope="session")
def ray_serve() -> Iterator[Running]:
    with running("ray_serve", "/loans/openapi.json") as server:
        yield server


@pytest.fixture(scope="session")
def mlflow_registry() -> Iterator[Running]:
    """Ready when its last model has its alias."""
    ready = "/api/2.0/mlflow/registered-models/alias?name=pixels&alias=ready"
    with running("mlflow_registry", ready) as server:
        yield server
