"""Starting the embedded MDS of a test, on free ports."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from cli import demo
from tests.listening import free_ports

DEMO_MDS = Path(__file__).resolve().parents[2] / "demo_mds"
PYTHON = DEMO_MDS / ".venv" / "bin" / "python"
SECONDS_TO_START = 120


def wait_until_ready(url: str, server: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and server.poll() is None:
        try:
            if httpx.get(f"{url}/v2/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"The embedded MDS did not start:\n{log.read_text()[-3000:]}")


@contextmanager
def mlserver_of_its_own(folder: Path) -> Iterator[tuple[str, Path]]:
    """A real MLServer with one version of the demo's penguins, v2, and its folder of models."""
    models = folder / "models"
    demo.build_models()
    shutil.copytree(built("v2"), models / "penguins" / "v2")
    http, grpc, metrics = free_ports(3)
    ports = {"http_port": http, "grpc_port": grpc, "metrics_port": metrics}
    facts = {"host": "127.0.0.1", "parallel_workers": 0, "debug": False, **ports}
    (models / "settings.json").write_text(json.dumps(facts))
    env = {**os.environ, "OTEL_SDK_DISABLED": "true", "OMP_NUM_THREADS": "1"}
    env["PYTHONPATH"] = str(DEMO_MDS)
    url = f"http://127.0.0.1:{http}"
    with (folder / "mlserver.log").open("wb") as log:
        command = [str(PYTHON.parent / "mlserver"), "start", str(models)]
        server = subprocess.Popen(command, cwd=models, env=env, stdout=log, stderr=log)
    try:
        wait_until_ready(url, server, folder / "mlserver.log")
        yield url, models
    finally:
        server.kill()
        server.wait()


def built(version: str) -> Path:
    """A version of the penguins, as the demo has built it."""
    return DEMO_MDS.parent / "var" / "models" / "penguins" / version
