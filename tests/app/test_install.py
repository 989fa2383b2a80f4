"""Which Python `make` installs on, and what is refused before anything is: with stand-ins on the PATH."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "install"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of programs that is the whole PATH: an x86_64 Linux with bash and uv, without Python."""
    _program(tmp_path, "uname", 'case "$1" in -s) echo Linux ;; *) echo x86_64 ;; esac')
    _program(tmp_path, "uv", 'echo "uv($UV_PYTHON_DOWNLOADS) $*"')
    return tmp_path


def _program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/bash\n{script}\n")
    (folder / name).chmod(0o755)


def _python(folder: Path, name: str, version: str) -> None:
    """An interpreter that knows its version and has no pip."""
    _program(folder, name, f'[ "$1" = -c ] && echo {version} "$0"')


def _run(machine: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name != "PYTHON"}
    return subprocess.run(
        ["/bin/bash", str(SCRIPT), *arguments],
        env={**clean, "PATH": str(machine), **environment},
        cwd=machine,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("there", "chosen"),
    [
        ({"python3.11": "3.11", "python3.12": "3.12", "python3": "3.13"}, "python3.11"),
        ({"python3.12": "3.12", "python3": "3.13"}, "python3.12"),
        ({"python3": "3.12"}, "python3"),
        ({"python3": "3.11"}, "python3"),
    ],
)
def test_a_python_that_suits_is_taken(machine: Path, there: dict[str, str], chosen: str) -> None:
    for name, version in there.items():
        _python(machine, name, version)
    done = _run(machine, "sync", "--no-dev")
    assert done.returncode == 0
    assert done.stdout == f"uv(never) sync --frozen --python {machine / chosen} --no-dev\n"


def test_a_name_on_the_path_that_does_not_run_is_passed_over(machine: Path) -> None:
    """As the shims of pyenv, for versions that are not switched on."""
    _program(machine, "python3.11", "exit 127")
    _python(machine, "python3.12", "3.12")
    assert str(machine / "python3.12") in _run(machine, "sync").stdout


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.13", "3.14"])
def test_where_none_suits_uv_fetches_one_and_says_so(machine: Path, version: str) -> None:
    _python(machine, "python3", version)
    done = _run(machine, "sync")
    assert done.stdout == "uv(automatic) sync --frozen --python 3.12\n"
    assert done.stderr.count("\n") == 1
    assert "neither Python 3.11 nor 3.12, so uv fetches" in done.stderr


def test_a_python_that_cannot_be_fetched_is_a_sentence(machine: Path) -> None:
    _program(machine, "uv", "echo 'error: no download' >&2; exit 2")
    done = _run(machine, "sync")
    assert done.returncode == 1
    assert "install one and run make again" in done.stderr.splitlines()[-1]


def test_a_named_python_must_suit(machine: Path) -> None:
    _python(machine, "mine", "3.13")
    for command in ("uv", "sync"):
        done = _run(machine, command, PYTHON="mine")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == "PYTHON=mine is not Python 3.11 or 3.12.\n"


def test_without_pip_nothing_is_fetched(machine: Path) -> None:
    _python(machine, "python3", "3.12")
    done = _run(machine, "uv")
    assert (done.returncode, done.stdout) == (1, "")
    assert "apt install python3-pip" in done.stderr


@pytest.mark.parametrize(("flag", "name"), [("-s", "Darwin"), ("-m", "riscv64")])
def test_another_machine_is_refused_first(machine: Path, flag: str, name: str) -> None:
    _program(
        machine,
        "uname",
        f'[ "$1" = {flag} ] && echo {name} || ([ "$1" = -s ] && echo Linux || echo x86_64)',
    )
    done = _run(machine, "uv")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert f"this is {name}" in done.stderr
