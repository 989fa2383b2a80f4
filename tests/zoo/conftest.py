"""Real servers that keep the animals: MLServer all that it can describe, Triton those with a configuration."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.demo_mds.embedded import PYTHON, wait_until_ready
from tests.listening import free_ports
from tests.servers.starting import Running
from tests.zoo.animals import Animal, animals

KEEPER = Path(__file__).parent / "keeper"
_QUIET = {"OTEL_SDK_DISABLED": "true", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(KEEPER)}


def is_kept_by_mlserver(found: Animal) -> bool:
    return found.protocol in ("open-inference", "seldon-core-2", "kserve") and bool(found.metadata)


def is_kept_by_triton(found: Animal) -> bool:
    """Whether it may be loaded; those of its own are there already."""
    return found.protocol == "triton" and found.ref.name.startswith("zoo-")


@pytest.fixture(scope="module")
def keeper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of an MLServer with every animal that it can describe."""
    folder = tmp_path_factory.mktemp("keeper")
    url = _furnished(folder)
    with (folder / "log").open("wb") as log:
        command = [str(PYTHON.parent / "mlserver"), "start", str(folder)]
        env = {**os.environ, **_QUIET}
        server = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
    try:
        wait_until_ready(url, server, folder / "log")
        yield url
    finally:
        server.kill()
        server.wait()


def _furnished(folder: Path) -> str:
    """Write the settings of the server and of each model."""
    http, grpc, metrics = free_ports(3)
    addresses = {"http_port": http, "grpc_port": grpc, "metrics_port": metrics}
    settings = {"host": "127.0.0.1", "parallel_workers": 0, "debug": False, **addresses}
    (folder / "settings.json").write_text(json.dumps(settings))
    for found in filter(is_kept_by_mlserver, animals()):
        place = folder / found.name
        place.mkdir()
        (place / "model-settings.json").write_text(json.dumps(_settings(found)))
    return f"http://127.0.0.1:{http}"


def _settings(found: Animal) -> dict[str, object]:
    said = {key: found.metadata[key] for key in ("inputs", "outputs")}
    parameters = found.metadata.get("parameters", {})
    return {"name": found.name, "implementation": "tame.Tame", "parameters": parameters, **said}


@pytest.fixture(scope="module")
def triton_keeper(triton: Running) -> Iterator[str]:
    """A Triton into which the animals with a configuration were loaded."""
    kept = [found for found in animals() if is_kept_by_triton(found)]
    model = base64.b64encode((KEEPER / "passing.py").read_bytes()).decode()
    with httpx.Client(base_url=triton.url, timeout=60) as http:
        for found in kept:
            parameters = {"config": json.dumps(found.config), "file:1/model.py": model}
            path = f"/v2/repository/models/{found.ref.name}/load"
            http.post(path, json={"parameters": parameters}).raise_for_status()
        yield triton.url
        for found in kept:
            http.post(f"/v2/repository/models/{found.ref.name}/unload")
