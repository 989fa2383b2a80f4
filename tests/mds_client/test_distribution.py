"""The library as its users get it: the wheel in a blank environment, typed, documented, and nothing of the app."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_architecture import ROOMS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
README = (ROOT / "mds_client" / "README.md").read_text(encoding="utf-8")
EVERY_EXAMPLE = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
# That of a workbench runs where one is served: tests/api/test_workbench_client.py.
EXAMPLES = [code for code in EVERY_EXAMPLE if "WorkbenchClient" not in code]
SERVER = "http://127.0.0.1:8080"
UV = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")


def _done(*command: str | Path, **options: object) -> str:
    """What it printed. Fails with everything it said."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _done(UV, "build", "--quiet", "--wheel", "--package", "mds-client", "-o", folder, cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def blank(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the wheel, what it says that it needs, and nothing else."""
    folder = tmp_path_factory.mktemp("blank") / "venv"
    needed = ("--package", "mds-client", "--frozen", "--no-dev", "--no-install-workspace")
    environment = os.environ | {"UV_PROJECT_ENVIRONMENT": str(folder)}
    environment.pop("VIRTUAL_ENV", None)
    _done(UV, "sync", "--quiet", *needed, "--python", sys.executable, cwd=ROOT, env=environment)
    python = folder / "bin" / "python"
    _done(UV, "pip", "install", "--quiet", "--no-deps", "--python", python, wheel)
    _done(UV, "pip", "check", "--python", python)
    return python


@pytest.fixture
def run(blank: Path, tmp_path: Path) -> object:
    """Runs a script in the blank environment, far from the checkout."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return lambda *words: _done(blank, "-P", *words, cwd=tmp_path, env=clean)


def test_the_wheel_holds_the_package_and_its_types(wheel: Path) -> None:
    import zipfile

    names = zipfile.ZipFile(wheel).namelist()
    ours = {name for name in names if not name.startswith("mds_client-")}
    there = {p.relative_to(ROOT).as_posix() for p in (ROOT / "mds_client").rglob("*.py")}
    assert ours == there | {"mds_client/py.typed"}
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_nothing_of_the_app_can_be_imported(run) -> None:
    names = sorted(set(ROOMS) - {"mds_client"})
    code = f"from importlib.util import find_spec; print([n for n in {names} if find_spec(n)])"
    assert run("-c", code) == "[]\n"
    where = run("-c", "import mds_client; print(mds_client.__file__)")
    assert "site-packages" in where


def test_every_module_is_imported_without_the_extras(run) -> None:
    code = (
        "import importlib, pkgutil, mds_client;"
        "[importlib.import_module(m.name) for m in pkgutil.walk_packages(mds_client.__path__, 'mds_client.')]"
    )
    run("-W", "error", "-c", code)


def test_what_an_extra_brings_is_named_where_it_is_missing(run) -> None:
    run(HERE / "without_extras.py")


def test_a_program_that_uses_it_runs(run, mds_url: str) -> None:
    said = run(HERE / "consumer.py", mds_url).splitlines()
    assert said[0] in ("Adelie", "Chinstrap", "Gentoo")
    assert said[1:3] == ["3", "2"]
    assert "a row without values was answered" not in said
    assert "demo/penguins@v2 READY" in said


def test_a_program_that_uses_it_passes_mypys_strict_check(blank: Path, tmp_path: Path) -> None:
    program = shutil.copy(HERE / "consumer.py", tmp_path)
    options = ("--strict", "--python-executable", blank, "--cache-dir", tmp_path / "cache")
    assert "Success" in _done(sys.executable, "-m", "mypy", *options, program, cwd=tmp_path)


def test_a_program_that_uses_it_passes_basedpyright(blank: Path, tmp_path: Path) -> None:
    program = shutil.copy(HERE / "consumer.py", tmp_path)
    checker = Path(sys.executable).parent / "basedpyright"
    command = (checker, "--outputjson", "--warnings", "--pythonpath", blank, program)
    assert json.loads(_done(*command, cwd=tmp_path))["summary"]["filesAnalyzed"] == 1


@pytest.mark.parametrize("code", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_examples_of_its_readme_run(code: str, run, mds_url: str, tmp_path: Path) -> None:
    assert SERVER in code
    program = tmp_path / "example.py"
    program.write_text(code.replace(SERVER, mds_url), encoding="utf-8")
    assert run("-W", "error", program)


def test_each_extra_is_in_the_readme_and_brings_its_module() -> None:
    import tomllib

    from mds_client.extras import EXTRAS

    project = tomllib.loads((ROOT / "mds_client" / "pyproject.toml").read_text(encoding="utf-8"))
    extras = set(project["project"]["optional-dependencies"])
    assert extras == set(EXTRAS.values()) == set(re.findall(r"mds-client\[(\w+)\]", README))
