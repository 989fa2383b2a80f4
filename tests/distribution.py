"""The tests that need what the machine's distribution has: `python -m tests.distribution`, or `make test-services`.

The database tests run on its PostgreSQL, which is older than the wheel's, its Prometheus reads `/metrics`, and streams are read
from its NATS, Redis and RabbitMQ. Root installs what is missing with apt.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

FOLDERS = ("tests/db", "tests/feedback", "tests/cases")
# Named, since pytest collects no file of this name by itself.
OF_PROMETHEUS = "tests/api/prometheus_reads.py"
OF_BROKERS = "tests/batch/real_brokers.py"
BROKERS = {
    "nats-server": "nats-server",
    "redis-server": "redis-server",
    "/usr/lib/rabbitmq/bin/rabbitmq-server": "rabbitmq-server",
}
IS_ROOT = os.geteuid() == 0


def main() -> int:
    """Run them all; 0 where every one of them passed."""
    return max(_on_postgresql(), _with_prometheus(), _with_brokers())


def _with_brokers() -> int:
    for program, package in BROKERS.items():
        if not _are_there(program):
            _install(package)
    if missing := [package for program, package in BROKERS.items() if not _are_there(program)]:
        names = " ".join(missing)
        print(f"As root: apt-get install {names}. Streams were not tested on real brokers.")
        return 1
    command = [sys.executable, "-m", "pytest", "-q", OF_BROKERS]
    return subprocess.run(command, check=False).returncode


def _with_prometheus() -> int:
    if not _are_there("prometheus", "promtool"):
        _install("prometheus")
    if not _are_there("prometheus", "promtool"):
        print("Prometheus is missing. As root: apt-get install prometheus. It was not tested.")
        return 1
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", OF_PROMETHEUS], check=False
    ).returncode


def _are_there(*programs: str) -> bool:
    return all(shutil.which(program) for program in programs)


def _on_postgresql() -> int:
    programs = _programs() or (_install("postgresql") or _programs())
    if not programs:
        print("PostgreSQL is missing. As root: apt-get install postgresql. Nothing was tested.")
        return 1
    with _running(programs) as url:
        print("Testing on", _shown([str(programs / "postgres"), "--version"]).strip(), flush=True)
        command = [sys.executable, "-m", "pytest", "-q", "-k", "postgresql", *FOLDERS]
        environment = {**os.environ, "MDS_TEST_POSTGRESQL": url}
        return subprocess.run(command, env=environment, check=False).returncode


def _programs() -> Path | None:
    """The folder of the newest one, where Debian and Ubuntu put it."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in found), key=_version, default=None)


def _version(programs: Path) -> int:
    return int(programs.parent.name)


def _install(package: str) -> None:
    if IS_ROOT and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
        subprocess.run(install, env=environment, check=False)


@contextmanager
def _running(programs: Path) -> Iterator[str]:
    """The URL of a cluster of its own, which is deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="mds-distribution-") as name:
        folder, data = Path(name), Path(name) / "data"
        if IS_ROOT:  # PostgreSQL does not run as root
            shutil.chown(folder, "postgres", "postgres")
        _as_owner(str(programs / "initdb"), "-A", "trust", "-U", "postgres", "-D", str(data))
        options = f"-k {folder} -c listen_addresses= -c fsync=off"
        control = (str(programs / "pg_ctl"), "-D", str(data), "-w")
        _as_owner(*control, "-o", options, "-l", str(folder / "log"), "start")
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            _as_owner(*control, "-m", "immediate", "stop")


def _as_owner(*command: str) -> None:
    user = "postgres" if IS_ROOT else None
    subprocess.run(command, user=user, cwd="/", stdout=subprocess.DEVNULL, check=True)


def _shown(command: Sequence[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
