"""The models of the embedded MDS are built once, always the same, and served by one tidy process."""

import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from cli import demo
from tests.demo_mds.embedded import DEMO_MDS, PYTHON, wait_until_ready
from tests.listening import free_ports

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def two_builds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A fresh one, and the one that the demo serves, which was built at another time."""
    target = tmp_path_factory.mktemp("models") / "one"
    assert "Built" in build(target)
    demo.build_models()
    return target, demo.ROOT / "var" / "models"


def build(target: Path) -> str:
    command = [PYTHON, "build.py", "--target", target]
    return subprocess.run(command, cwd=DEMO_MDS, check=True, capture_output=True, text=True).stdout


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_two_builds_are_the_same_to_the_byte(two_builds: tuple[Path, Path]) -> None:
    first, second = map(files, two_builds)
    assert first == second


def test_a_second_build_does_nothing(two_builds: tuple[Path, Path]) -> None:
    def written() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in two_builds[0].rglob("*")}

    before = written()
    assert build(two_builds[0]).startswith("The models are built")
    assert written() == before


def test_nothing_is_left_beside_what_was_built(two_builds: tuple[Path, Path]) -> None:
    names = {path.name for path in two_builds[0].parent.iterdir()}
    assert names == {"one", "one.lock"}


def test_a_taken_port_is_said_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [PYTHON, "serve.py", "--http-port", str(port)]
        ended = subprocess.run(command, cwd=DEMO_MDS, capture_output=True, text=True, timeout=10)
    assert ended.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in ended.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_server_ends_soon_and_leaves_nobody_behind(
    number: signal.Signals, two_builds: tuple[Path, Path], tmp_path: Path
) -> None:
    http_port, grpc_port, metrics_port = free_ports(3)
    ports = [f"--http-port={http_port}", f"--grpc-port={grpc_port}"]
    command = [PYTHON, "serve.py", *ports, f"--metrics-port={metrics_port}"]
    log = tmp_path / "log.txt"
    with (
        log.open("w") as out,
        subprocess.Popen(
            [*command, "--repository", two_builds[0]],
            cwd=DEMO_MDS,
            stdout=out,
            stderr=out,
            start_new_session=True,
        ) as server,
    ):
        wait_until_ready(f"http://127.0.0.1:{http_port}", server, log)
        server.send_signal(number)
        assert server.wait(timeout=5) == 0
        with pytest.raises(ProcessLookupError):
            os.killpg(server.pid, 0)
