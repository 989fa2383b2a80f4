"""BentoML on loopback."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    port, folder = sys.argv[1], sys.argv[4]
    os.environ |= {
        "BENTOML_DO_NOT_TRACK": "True",
        "BENTOML_HOME": folder,
        "PYTHONPATH": str(Path(__file__).parent),
    }
    command = [
        sys.executable,
        "-m",
        "bentoml",
        "serve",
        "service:Loans",
        "--host",
        "127.0.0.1",
        "--port",
        port,
    ]
    os.chdir(Path(__file__).parent)
    os.execv(sys.executable, command)
