"""MLflow's tracking server on loopback, with models that are logged and registered through it."""

import os
import subprocess
import sys
from pathlib import Path

port, folder = sys.argv[1], Path(sys.argv[4])
os.environ |= {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "DO_NOT_TRACK": "true",
    "GIT_PYTHON_REFRESH": "quiet",
}
subprocess.Popen(
    [sys.executable, Path(__file__).with_name("log_models.py"), f"http://127.0.0.1:{port}"]
)
os.execv(
    Path(sys.executable).parent / "mlflow",
    [
        "mlflow",
        "server",
        "--backend-store-uri",
        f"sqlite:///{folder / 'mlflow.db'}",
        "--artifacts-destination",
        str(folder / "artifacts"),
        "--host",
        "127.0.0.1",
        "--port",
        port,
        "--workers",
        "1",
    ],
)
