"""`mds demo`: the workbench with its embedded model server, on loopback, until Ctrl+C; `mds demo reset` takes its history
out again."""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from cli.listening import others_listen

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
APP_PORT, MDS_PORT = 8501, 8080
READY_SECONDS = 180.0
STOP_SECONDS = 10.0
MOST_STARTS = 4
# So often the model server is started again where it ends by itself.
MOST_RESTARTS = 3
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
# What the demo promises of two of its models, unless the environment promises something else.
OBJECTIVES = (
    {"models": ["penguins"], "availability": 0.95, "latency_seconds": 0.25, "days": 28},
    {"models": ["breast-cancer"], "availability": 0.98, "latency_seconds": 0.25, "days": 28},
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One process of the demo: what it is called, how it starts, where it says that it is ready, and the `ports` of HOST that
    it alone may listen on. `niceness`: how far it stands back behind what people wait for, 0 to 19."""

    name: str
    command: tuple[str, ...]
    ready_url: str
    environment: Mapping[str, str]
    log: Path
    ports: tuple[int, ...] = ()
    niceness: int = 0


class NotStarted(Exception):
    """A part ended, or was not ready in time."""


class PortTaken(NotStarted):
    """Somebody else took a port of a part after it was found free."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen and where to keep things; the defaults suit a laptop."""
    parser.add_argument(
        "action",
        nargs="?",
        choices=("start", "reset"),
        default="start",
        help="`reset` removes the history with all that was added to it; the next start writes it anew",
    )
    parser.add_argument(
        "--port", type=int, default=APP_PORT, help="the first port to try for the app"
    )
    parser.add_argument(
        "--mds-port", type=int, default=MDS_PORT, help="the first port to try for the models"
    )
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "var", help="where logs and the database are kept"
    )
    parser.add_argument(
        "--no-history",
        dest="history",
        action="store_false",
        help="begin without the 90 days of cases that a demonstration opens with",
    )
    parser.add_argument("--yes", action="store_true", help="reset without asking")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Start both parts, say where they are, and stop both at Ctrl+C or where the workbench ends; or reset the history."""
    if chosen.action == "reset":
        from cli import demo_reset  # the database is half a second that a start should not take

        return demo_reset.run(database_url(chosen.folder.resolve()), is_sure=chosen.yes)
    started = time.monotonic()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        build_models()
        with ExitStack() as stack:
            parts, processes = _started(stack, chosen)
            seconds = time.monotonic() - started
            _say(
                f"\nReady after {seconds:.1f} s. Open  {parts[-1].ready_url.removesuffix('/healthz')}"
            )
            _say("Press Ctrl+C to stop.\n")
            if chosen.history:
                _say("The first time, the cases of the last 90 days come in within a minute.\n")
                stack.enter_context(running(history_part(parts[-1])))
            watch(stack, parts, processes)
            _say(f"Stopping, since the {parts[-1].name} ended by itself. {last_line(parts[-1])}")
    except KeyboardInterrupt:
        _say("Stopped.")
        return 0
    except NotStarted as problem:
        _say(str(problem))
    return 1


def _started(
    stack: ExitStack, chosen: argparse.Namespace
) -> tuple[tuple[Part, Part], dict[str, subprocess.Popen[bytes]]]:
    """Both parts, once they are ready. Where somebody takes a port before a part listens on it, as another demo that starts
    now does, both begin again on others. Raises NotStarted."""
    beyond = 0
    for left in reversed(range(MOST_STARTS)):
        parts = _parts(chosen, beyond)
        with ExitStack() as trial:
            processes = {part.name: trial.enter_context(running(part)) for part in parts}
            try:
                wait_until_ready(parts, processes)
            except PortTaken as taken:
                if not left:
                    raise
                _say(f"  {taken} Starting again on other ports.")
                # Not simply the next: whoever begins again at the same time would take those as well.
                beyond += 1 + secrets.randbelow(20)
                continue
            stack.push(trial.pop_all())
        return parts, processes
    raise AssertionError("the last trial returns or raises")


def free_ports(first: int, count: int) -> list[int]:
    """The first ports from `first` on that nobody listens on; busy ones are stepped over."""
    ports: list[int] = []
    for port in range(first, 65536):
        if _is_free(port):
            ports.append(port)
        if len(ports) == count:
            return ports
    raise NotStarted(f"There is no free port from {first} on.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def build_models() -> None:
    """Train and collect the models, once; shows its own progress."""
    built = subprocess.run([_serving_python(), "build.py"], cwd=ROOT / "demo_mds", check=False)
    if built.returncode:
        raise NotStarted("The models could not be built; the lines above say why.")


def _serving_python() -> str:
    return str(ROOT / "demo_mds" / ".venv" / "bin" / "python")


def _parts(chosen: argparse.Namespace, beyond: int = 0) -> tuple[Part, Part]:
    folder = chosen.folder.resolve()
    http, grpc, metrics = free_ports(chosen.mds_port + beyond, 3)
    (port,) = free_ports(chosen.port + beyond, 1)
    return server_part(folder, http, grpc, metrics), app_part(folder, port, http, metrics)


def _make_private(folder: Path) -> None:
    """A folder for its owner alone, as are the logs in it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def server_part(folder: Path, http: int, grpc: int, metrics: int) -> Part:
    """The embedded MDS; its log goes to `folder`."""
    _make_private(folder / "log")
    ports = ("--http-port", str(http), "--grpc-port", str(grpc), "--metrics-port", str(metrics))
    return Part(
        name="model server",
        command=(
            _serving_python(),
            "-u",
            str(ROOT / "demo_mds" / "serve.py"),
            *ports,
            "--stop-with-parent",
        ),
        ready_url=f"http://{HOST}:{http}/v2/health/ready",
        environment={},
        log=folder / "log" / "model-server.log",
        ports=(http, grpc, metrics),
    )


def app_part(folder: Path, port: int, mds_port: int, metrics_port: int | None = None) -> Part:
    """The app, with that MDS as its only server, whose metrics it reads where their port is given; its database and log are
    in `folder`."""
    _make_private(folder / "log")
    server = {"name": "demo", "title": "Embedded demo server", "url": f"http://{HOST}:{mds_port}"}
    if metrics_port is not None:
        server["metrics_url"] = f"http://{HOST}:{metrics_port}/metrics"
    return Part(
        name="workbench",
        command=(sys.executable, "-u", str(ROOT / "app.py")),
        ready_url=f"http://{HOST}:{port}/healthz",
        environment={
            "MDS_HOST": HOST,
            "MDS_PORT": str(port),
            "MDS_SERVERS": json.dumps([server]),
            "MDS_DATABASE_URL": database_url(folder),
            "MDS_OBJECTIVES": os.environ.get("MDS_OBJECTIVES", json.dumps(OBJECTIVES)),
        },
        log=folder / "log" / "workbench.log",
        ports=(port,),
    )


def database_url(folder: Path) -> str:
    """The database of the demo: that of the environment, else a file in its folder."""
    return os.environ.get("MDS_DATABASE_URL", f"sqlite:///{folder / 'workbench.db'}")


def history_part(app: Part) -> Part:
    """What writes the history of the demonstration into the app's database, and ends; nothing where it stands."""
    return Part(
        name="history",
        command=(sys.executable, "-u", "-m", "demonstration"),
        ready_url="",
        environment=app.environment,
        log=app.log.with_name("history.log"),
        niceness=10,  # whoever starts a demo clicks at once: pages, answers and reasons go first
    )


@contextmanager
def running(part: Part) -> Iterator[subprocess.Popen[bytes]]:
    """The part's process, in a group of its own so that Ctrl+C reaches us first; stopped at the end."""
    with part.log.open("wb") as log:
        process = subprocess.Popen(
            part.command,
            cwd=ROOT,
            env={**os.environ, **part.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=partial(_prepare, part.niceness),
        )
    try:
        yield process
    finally:
        _stop(process)


def _prepare(niceness: int) -> None:
    """Ask Linux to end this process when the demo dies, however it dies; and let it stand back."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if not niceness:
        return
    os.nice(niceness)
    # Where Linux weighs sessions, a process with one of its own is weighed with that (`man 7 sched`).
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(niceness))


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to stop, then insist: its whole group, so that no worker is left behind."""
    if process.poll() is None:
        process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until_ready(
    parts: Sequence[Part], processes: Mapping[str, subprocess.Popen[bytes]]
) -> None:
    """Wait until every part answers, and none but it on its ports. Raises NotStarted with the end of the log that says why,
    and PortTaken."""
    deadline = time.monotonic() + READY_SECONDS
    waiting = list(parts)
    with httpx.Client(trust_env=False, timeout=2.0) as http:
        while waiting:
            ready = [part for part in waiting if _answers(http, part.ready_url)]
            # What answered may be of another, and who ended may have found its port taken. To look who listens takes the kernel
            # 5 ms a port: done all the while, it would slow down what is waited for.
            if ready or any(each.poll() is not None for each in processes.values()):
                _check_alive(parts, processes)
            for part in ready:
                waiting.remove(part)
                _say(f"  ✓ {part.name}" + ("\x1b[K" if sys.stdout.isatty() else ""))
            if waiting and time.monotonic() > deadline:
                raise NotStarted(
                    f"The {waiting[0].name} was not ready in time. See {waiting[0].log}"
                )
            _show_waiting(waiting)
            time.sleep(0.1)


def _answers(http: httpx.Client, url: str) -> bool:
    """Whether it is ready; the workbench is when it has seen the models too."""
    try:
        answer = http.get(url)
        models = answer.json()["models"] if url.endswith("/healthz") else 1
    except (httpx.HTTPError, ValueError, KeyError):
        return False
    return answer.status_code == 200 and models > 0


def _check_alive(parts: Sequence[Part], processes: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """Raises NotStarted where a part has ended, PortTaken where another listens on a port of it."""
    for part in parts:
        process = processes[part.name]
        taken = [port for port in part.ports if others_listen(port, process.pid)]
        if taken:
            raise PortTaken(f"Another program has taken port {taken[0]} of the {part.name}.")
        if process.poll() is not None:
            tail = "\n".join(part.log.read_text(errors="replace").splitlines()[-15:])
            raise NotStarted(f"The {part.name} did not start. The end of {part.log}:\n{tail}")


def watch(
    stack: ExitStack,
    parts: tuple[Part, Part],
    processes: Mapping[str, subprocess.Popen[bytes]],
) -> None:
    """Return when the workbench has ended. The model server is started again where it ends by itself, so often as
    MOST_RESTARTS: meanwhile the workbench goes on, as a stage that shows what was recorded does."""
    server, app = parts
    serving, restarts = processes[server.name], 0
    while processes[app.name].poll() is None:
        if restarts < MOST_RESTARTS and serving.poll() is not None:
            restarts += 1
            _say(
                f"The {server.name} ended by itself. The workbench goes on, and it is started again. {last_line(server)}"
            )
            _stop(serving)  # what it leaves behind has its ports
            serving = stack.enter_context(running(server))
        elif restarts == MOST_RESTARTS and serving.poll() is not None:
            restarts += 1
            _say(
                f"The {server.name} ended again and is not started any more: press Ctrl+C, then begin anew. {last_line(server)}"
            )
        time.sleep(0.5)


def last_line(part: Part) -> str:
    """The last line that a part wrote, and where."""
    lines = part.log.read_text(errors="replace").split("\n") if part.log.exists() else []
    last = next((line.strip() for line in reversed(lines) if line.strip()), "it wrote nothing")
    return f"The last line of {part.log}:\n{last}"


def _show_waiting(waiting: list[Part]) -> None:
    if waiting and sys.stdout.isatty():
        names = " and ".join(part.name for part in waiting)
        print(f"  … starting the {names}\x1b[K", end="\r", flush=True)


def _say(words: str) -> None:
    print(words, flush=True)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
