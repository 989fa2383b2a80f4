"""The tritonserver binary of NVIDIA's wheel with its Python backend, on loopback, without a GPU."""

import os
import shutil
import sys
import sysconfig
from pathlib import Path

http, grpc, metrics, folder = sys.argv[1:5]
site = Path(sysconfig.get_path("purelib"))
triton = site / "pytriton" / "tritonserver"
backends = triton / "backends"  # the stub finds its libraries from here
stub = f"{sys.version_info.major}.{sys.version_info.minor}/triton_python_backend_stub"
copy = backends / "python" / f"{Path(stub).name}.{os.getpid()}"
shutil.copy(triton / "python_backend_stubs" / stub, copy)
copy.replace(backends / "python" / Path(stub).name)  # another server may be running the one there

# The second version of a model is the first one again.
repository = Path(folder) / "repository"
shutil.copytree(Path(__file__).parent / "repository", repository)
shutil.copytree(repository / "bc" / "1", repository / "bc" / "2", dirs_exist_ok=True)

# The stub must load the Python that made this environment, not the system's.
os.environ["LD_LIBRARY_PATH"] = str(sysconfig.get_config_var("LIBDIR"))
os.environ["PYTHONHOME"] = sys.base_prefix
os.environ["PYTHONPATH"] = os.environ["SERVER_SITE"] = str(site)
os.execv(
    triton / "bin" / "tritonserver",
    [
        "tritonserver",
        f"--model-repository={repository}",
        f"--backend-directory={backends}",
        f"--cache-directory={triton / 'caches'}",
        "--http-address=127.0.0.1",
        f"--http-port={http}",
        "--grpc-address=127.0.0.1",
        f"--grpc-port={grpc}",
        "--metrics-address=127.0.0.1",
        f"--metrics-port={metrics}",
        "--allow-gpu-metrics=false",
        "--model-control-mode=explicit",
        "--load-model=*",
        "--exit-on-error=false",
        "--strict-readiness=false",
    ],
)
