"""What the library says in an environment without any of its extras. Run there by test_distribution.py."""

from __future__ import annotations

import base64
from collections.abc import Callable

import numpy as np

from mds_client import Field, MdsClient, Server
from mds_client.codecs.pixels import NoPicture, pixels_of
from mds_client.discovery.sources.kubernetes import Kubernetes, KubernetesSource
from mds_client.extras import EXTRAS, is_installed
from mds_client.prediction import Output
from mds_client.prediction.masks import UnreadableMask, mask_of
from mds_client.prediction.output_parsing import picture_of
from mds_client.registries import RegistryServer, registry_for

URL = "http://127.0.0.1:9"


def raised(kind: type[Exception], work: Callable[[], object]) -> str:
    """What the error says that the work raises."""
    try:
        work()
    except kind as error:
        return str(error)
    raise AssertionError("nothing was raised")


def install(extra: str) -> str:
    return f"pip install 'mds-client[{extra}]'"


assert not [module for module in EXTRAS if is_installed(module)]
assert install("kubernetes") in raised(ModuleNotFoundError, lambda: Kubernetes(KubernetesSource()))
registry = RegistryServer(name="r", url=URL, kind="mlflow")
assert install("mlflow") in raised(ModuleNotFoundError, lambda: registry_for(registry))
shown = Field(name="x", kind="tensor", datatype="FP32", shape=(-1, 8, 8, 3), format="pixels-1")
form = pixels_of(shown)
assert form
assert install("pictures") in raised(NoPicture, lambda: form.numbers(b"GIF89a"))
assert install("pictures") in raised(
    UnreadableMask, lambda: mask_of(base64.b64encode(b"GIF89a" * 40).decode())
)
# A pattern is left to the server, and an answer that is a picture stays a tensor.
assert Field(name="code", kind="text", pattern="[0-9]+").check("abc") is None
data = np.zeros(8 * 8 * 3, dtype=np.uint8).tolist()
grey = Output(name="y", datatype="UINT8", shape=(1, 8, 8, 3), data=data)
assert picture_of(grey, 0, is_declared=True) == b""
http2 = Server(name="s", url=URL, http2=True)
assert install("http2") in raised(ModuleNotFoundError, lambda: MdsClient(http2))
