"""The real model servers, each started once a session for whoever asks it: a plugin of tests/conftest.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.servers.starting import Running, running


def _started(name: str, ready: str) -> Any:
    @pytest.fixture(scope="session", name=name)
    def server() -> Iterator[Running]:
        with running(name, ready) as found:
            yield found

    return server


triton = _started("triton", "/v2/health/ready")
kserve = _started("kserve", "/v2/health/ready")
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
