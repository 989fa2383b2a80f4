"""What all tests share: the real parts, each started once a session."""

from __future__ import annotations

import functools
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from threadpoolctl import threadpool_limits

import people.trail
from cli import demo
from tests.browser.watched import ports
from tests.servers.starting import Running

# One thread of linear algebra in each process: on the small matrices of the tests a second one only
# waits for the first, and takes the core of the other worker meanwhile. A plugin of pytest has imported
# NumPy by now, which is told; what is imported later, and every process that a test starts, reads it.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
threadpool_limits(1)
# The app's worker takes 4 s of CPU to start: tests that are about it start one.
os.environ.setdefault("MDS_EMBEDDED_WORKER", "false")
# Nor need every app load alibi and shap, which takes 14 s of CPU.
os.environ.setdefault("MDS_WARM_EXPLAINERS", "false")

# A machine with other work is no failure.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

pytest_plugins = ["tests.databases", "tests.workers", "tests.servers.fixtures", "tests.cpu_time"]


def pytest_collection_finish() -> None:
    """What all tests share is there now; it is never garbage, and need not be looked through again."""
    if "streamlit.testing.v1" in sys.modules:
        _read_packages_once()
    gc.collect()
    gc.freeze()
    # A test leaves little behind, and what a module leaves open is looked for below: Python need not look
    # after every 700 new objects, which is a twentieth of a run.
    gc.set_threshold(50_000, 20, 50)


def _read_packages_once() -> None:
    """Streamlit looks for components in every installed package, and each AppTest would do it anew: a second."""
    from streamlit.components.v2 import manifest_scanner

    manifest_scanner.scan_component_manifests = functools.cache(
        manifest_scanner.scan_component_manifests
    )


@pytest.fixture(autouse=True, scope="module")
def _nothing_stays_open() -> Iterator[None]:
    """What a module leaves open is told beside its last test, and not in whichever test comes later."""
    yield
    gc.collect()
    gc.freeze()  # what is still there are libraries: the next module does not look through them again


@pytest.fixture(scope="session")
def mds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The embedded MDS: a real MLServer with its real models."""
    demo.build_models()
    folder: Path = tmp_path_factory.mktemp("mds")
    http, grpc, metrics = ports(3)
    part = demo.server_part(folder, http, grpc, metrics)
    with demo.running(part) as process:
        demo.wait_until_ready([part], {part.name: process})
        url = part.ready_url.removesuffix("/v2/health/ready")
        yield Running(url=url, metrics=f"http://{demo.HOST}:{metrics}/metrics")


@pytest.fixture(scope="session")
def mds_url(mds: Running) -> str:
    """The base URL of the embedded MDS."""
    return mds.url


@pytest.fixture(autouse=True)
def _nothing_is_noted() -> None:
    """What the trail takes once an hour is new to each test."""
    people.trail._noted = people.trail._Noted()


@pytest.fixture(autouse=True)
def _main_stays() -> Iterator[None]:
    """AppTest leaves its script behind as the main program, which a spawned process would run."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main
