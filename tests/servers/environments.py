"""Builds the environment of each server from its pinned requirements: `python -m tests.servers.environments`."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

from settings import ROOT

HERE = Path(__file__).parent
TOOLS = ROOT / ".tools"


def names() -> list[str]:
    """Every server that has requirements."""
    return sorted(path.parent.name for path in HERE.glob("*/requirements.txt"))


def environment(name: str) -> Path:
    """The server's environment, built now if its requirements are new."""
    folder, pinned = TOOLS / "servers" / name, HERE / name / "requirements.txt"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = hashlib.sha256(pinned.read_bytes()).hexdigest()
        stamp = folder / "stamp"
        if not stamp.exists() or stamp.read_text() != wanted:
            _build(folder / "venv", pinned)
            stamp.write_text(wanted)
    return folder / "venv"


def _build(venv: Path, pinned: Path) -> None:
    uv = str(TOOLS / "bin" / "uv")
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", "3.11", venv], check=True)
    python = str(venv / "bin" / "python")
    subprocess.run([uv, "pip", "sync", "--quiet", "--python", python, str(pinned)], check=True)


if __name__ == "__main__":
    for chosen in sys.argv[1:] or names():
        print(f"{chosen}: {environment(chosen)}")
