"""The shape of the house: imports point one way, and slow or foreign libraries stay in their rooms."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SERVICES = {"cases", "feedback", "health", "explanations"}
# What each room may import of ours, besides itself.
ROOMS: dict[str, set[str]] = {
    "app": {"api", "ui", "settings"},
    "cli": {"api", "ui", "settings", *SERVICES, "db", "mds_client"},
    "api": {"ui", *SERVICES, "db", "mds_client", "settings"},
    "pages": {"ui", "charts", *SERVICES, "mds_client", "settings"},
    "ui": {"charts", *SERVICES, "db", "mds_client", "settings"},
    "charts": set(),
    "cases": {"db", "mds_client", "settings"},
    "feedback": {"db", "mds_client", "settings"},
    "health": {"db", "mds_client", "settings"},
    "explanations": {"db", "mds_client", "settings"},
    "db": set(),
    "mds_client": set(),
    "settings": set(),
}
# Libraries that only these places may import.
ONLY_IN = {
    "streamlit": ("app.py", "ui/", "pages/"),
    "sqlalchemy": ("db/",),
    "alembic": ("db/",),
    "alibi": ("explanations/methods/",),
    "shap": ("explanations/methods/",),
    "httpx": ("mds_client/", "cli/"),
    "plotly": ("charts/", "ui/figure.py"),
    "starlette": ("api/",),
}


def _files() -> list[Path]:
    found = [ROOT / f"{room}.py" for room in ROOMS if (ROOT / f"{room}.py").exists()]
    return found + [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("path", _files(), ids=_name)
def test_imports_point_one_way(path: Path) -> None:
    room = _name(path).partition("/")[0].removesuffix(".py")
    ours = {name.partition(".")[0] for name in _imports(path)} & set(ROOMS)
    assert ours - {room} <= ROOMS[room]


@pytest.mark.parametrize("path", _files(), ids=_name)
def test_libraries_stay_in_their_rooms(path: Path) -> None:
    for library in {name.partition(".")[0] for name in _imports(path)} & set(ONLY_IN):
        assert _name(path).startswith(ONLY_IN[library]), library


@pytest.mark.parametrize("path", _files(), ids=_name)
def test_a_module_opens_with_what_it_is_for(path: Path) -> None:
    if path.name != "__init__.py" or path.read_text().strip():
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", sorted((ROOT / "pages").glob("*.py")), ids=_name)
def test_a_page_is_thin(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 120
    assert "PAGE = {" in text


@pytest.mark.parametrize("folder", ["pages", "ui/fields", "ui/results"])
def test_no_script_beside_a_page_shadows_a_package(folder: str) -> None:
    """Streamlit puts the folder of the script that it runs on the path; ui/main.py takes it off again."""
    names = {path.stem for path in (ROOT / folder).glob("*.py")} - {"__init__"}
    if folder == "pages":
        assert not names & ({"cases", "feedback", "explanations"} | set(sys.stdlib_module_names))
    assert (ROOT / "ui" / "main.py").read_text().index("sys.path[:]") < (
        ROOT / "ui" / "main.py"
    ).read_text().index("from ui.shell")
