"""Build the models of the embedded MDS into a repository folder, once.

    python build.py [--target DIR]

Everything heavy is imported after the check whether there is anything to do.
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openmp

HERE = Path(__file__).resolve().parent
DEFAULT_TARGET = HERE.parent / "var" / "models"
FINGERPRINT_FILE = "fingerprint"
SOURCES = ("*.py", "models/*.py", "runtimes/*.py", "data/*.wav", "uv.lock")
SERVING = ("serve.py", "server.py", "openmp.py")  # have no part in what is built


def build(target: Path) -> bool:
    """Make sure that the models of today's sources are in the target; say whether it took work."""
    if is_current(target):
        return False
    with _one_builder(target):
        if is_current(target):  # somebody else has built while we waited
            return False
        _replace(target, _build_beside(target))
    return True


def is_current(target: Path) -> bool:
    stamp = target / FINGERPRINT_FILE
    return stamp.is_file() and stamp.read_text() == fingerprint()


def fingerprint() -> str:
    """What decides whether the models must be built again: sources, data, lock file and Python."""
    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for path in _sources():
        digest.update(f"\n{path.relative_to(HERE)} {path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources() -> list[Path]:
    found = [path for pattern in SOURCES for path in HERE.glob(pattern)]
    return sorted(path for path in found if path.name not in SERVING)


def _build_beside(target: Path) -> Path:
    """Build into a folder next to the target, so that the target is never half done."""
    fresh = target.with_name(f"{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    _write_models(fresh)
    (fresh / FINGERPRINT_FILE).write_text(fingerprint())
    return fresh


def _write_models(root: Path) -> None:
    print(f"Building the models of the embedded MDS in {root} …", flush=True)
    from models import every_model
    from repository import write

    start = time.perf_counter()
    for model in every_model():
        write(model, root)
        now = time.perf_counter()
        print(f"  {model.folder:<18} {now - start:5.1f} s", flush=True)
        start = now


def _replace(target: Path, fresh: Path) -> None:
    old = target.with_name(f"{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _one_builder(target: Path) -> Iterator[None]:
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(target.with_name(f"{target.name}.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> None:
    openmp.ensure()
    parser = argparse.ArgumentParser(description="Build the models of the embedded MDS.")
    parser.add_argument("--target", type=Path, default=DEFAULT_TARGET)
    target = parser.parse_args().target.resolve()
    # One thread a process: the same sums in the same order, whatever the machine.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    print(f"Built {target}" if build(target) else "The models are built.")


if __name__ == "__main__":
    main()
