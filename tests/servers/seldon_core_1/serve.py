"""Seldon Core 1's Python wrapper on loopback; it listens on every address unless that is replaced here."""

import importlib.util
import os
import sys
from pathlib import Path

http, grpc, metrics = sys.argv[1:4]
os.environ |= {
    "PREDICTIVE_UNIT_HTTP_SERVICE_PORT": http,
    "PREDICTIVE_UNIT_GRPC_SERVICE_PORT": grpc,
    "PREDICTIVE_UNIT_METRICS_SERVICE_PORT": metrics,
}
os.chdir(Path(__file__).parent)
sys.path.insert(0, os.getcwd())
sys.argv = [
    "seldon-core-microservice",
    "Tumour",
    "--service-type",
    "MODEL",
    "--single-threaded",
    "1",
]
found = importlib.util.find_spec("seldon_core.microservice")
source = (
    Path(found.origin)
    .read_text()
    .replace('"0.0.0.0"', '"127.0.0.1"')
    .replace("0.0.0.0", "127.0.0.1")
)
exec(compile(source, found.origin, "exec"), {"__name__": "__main__", "__file__": found.origin})
