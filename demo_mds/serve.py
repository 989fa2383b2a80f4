"""Serve the embedded MDS on this machine: real models on a real MLServer.

    python serve.py --http-port 8080 --grpc-port 8081 --metrics-port 8082 [--repository DIR]

One process, no workers: nothing can be left behind when it ends. Runtimes that compute for long do so
in threads.
"""

import argparse
import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import build
import openmp

ENVIRONMENT = {
    "OTEL_SDK_DISABLED": "true",
    # OpenMP's threads spin while they wait: on a busy machine a row then takes seconds.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
HOST = "127.0.0.1"


def main() -> None:
    openmp.ensure()
    options = _options()
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    if options.stop_with_parent:
        threading.Thread(target=_watch_parent, args=(os.getppid(),), daemon=True).start()
    _check_ports(options)
    _build(options.repository)
    _serve(options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Serve the embedded MDS.")
    parser.add_argument("--http-port", type=int, default=8080)
    parser.add_argument("--grpc-port", type=int, default=8081)
    parser.add_argument("--metrics-port", type=int, default=8082)
    parser.add_argument("--repository", type=Path, default=build.DEFAULT_TARGET)
    parser.add_argument(
        "--stop-with-parent", action="store_true", help="end when the process that started us ends"
    )
    return parser.parse_args()


def _leave(number: int, frame: object) -> None:
    sys.exit(0)


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def _check_ports(options: argparse.Namespace) -> None:
    # MLServer 1.7.1 lingers for ever when a port is taken, and gRPC would share it silently.
    for port in (options.http_port, options.grpc_port, options.metrics_port):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((HOST, port))
            except OSError as error:
                sys.exit(f"Port {port} on {HOST} cannot be used: {error.strerror}.")


def _build(repository: Path) -> None:
    """In a process of its own, whose memory and settings are gone when we serve."""
    if build.is_current(repository):
        return
    command = [sys.executable, build.__file__, "--target", str(repository)]
    with subprocess.Popen(command) as builder:
        try:
            if builder.wait():
                sys.exit("The models could not be built.")
        finally:
            builder.terminate()


def _serve(options: argparse.Namespace) -> None:
    os.environ |= ENVIRONMENT
    from mlserver.utils import install_uvloop_event_loop

    import server

    install_uvloop_event_loop()
    addresses = {
        "host": HOST,
        "http_port": options.http_port,
        "grpc_port": options.grpc_port,
        "metrics_port": options.metrics_port,
    }
    ended_well = asyncio.run(server.run(options.repository.resolve(), addresses))
    # Threads that still compute an answer nobody waits for must not hold us up.
    os._exit(0 if ended_well else 1)


if __name__ == "__main__":
    main()
