"""LightGBM needs the system's OpenMP library, which a bare Debian has not; scikit-learn carries one.

Called first by every script that may import LightGBM.
"""

import ctypes
import os
import sys
from importlib.util import find_spec
from pathlib import Path

NAME = "libgomp.so.1"


def ensure() -> None:
    """Where the system has no OpenMP, start this program again with scikit-learn's on the path.

    The loader reads LD_LIBRARY_PATH only when a program starts.
    """
    if sys.platform == "linux" and not _is_there():
        folder = _borrowed()
        os.environ["LD_LIBRARY_PATH"] = f"{folder}:{os.environ.get('LD_LIBRARY_PATH', '')}".strip(
            ":"
        )
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def _is_there() -> bool:
    try:
        ctypes.CDLL(NAME)
    except OSError:
        return False
    return True


def _borrowed() -> Path:
    """A folder in this environment with scikit-learn's library under the name that LightGBM looks for."""
    spec = find_spec("sklearn")
    packages = Path(spec.origin).parents[1] if spec and spec.origin else Path(sys.prefix)
    found = sorted(packages.glob("scikit_learn.libs/libgomp*.so*"))
    folder = Path(sys.prefix) / "openmp"
    if not found or str(folder) in os.environ.get("LD_LIBRARY_PATH", ""):
        sys.exit(
            "LightGBM needs OpenMP: install the package libgomp1 (Debian, Ubuntu) and try again."
        )
    folder.mkdir(exist_ok=True)
    link = folder / NAME
    if not link.exists():
        link.unlink(missing_ok=True)
        link.symlink_to(found[0])
    return folder
