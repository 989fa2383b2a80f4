"""What the documentation says is so: settings, names, links and examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.settings_table import GUIDE, written
from explanations.methods import methods
from mds_client import protocols
from mds_client.codecs import _by_content_type
from mds_client.signature import Kind, Role
from ui.shell import page_headers

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
ALL = "\n".join(path.read_text() for path in PAGES)


def test_the_table_of_settings_is_the_settings() -> None:
    assert GUIDE.read_text() == written(GUIDE.read_text()), "run python -m docs.settings_table"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_and_pictures_are_there(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
        assert target.startswith("https://") or (path.parent / target).exists(), target


def test_every_name_of_a_registry_is_documented() -> None:
    names = {
        *methods(),
        *(method.TITLE for method in methods().values()),
        *(header.title for header in page_headers()),
        *_by_content_type(),
        *Kind.__args__,  # type: ignore[attr-defined]
        *filter(None, Role.__args__),  # type: ignore[attr-defined]
        *protocols._all(),
    }
    assert not [name for name in names if name not in ALL]


def test_python_in_the_documentation_compiles() -> None:
    for path in PAGES:
        for code in re.findall(r"```python\n(.*?)```", path.read_text(), re.DOTALL):
            compile(code, path.name, "exec")


def test_the_example_of_the_readme_runs(mds_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    exec(code.replace("http://127.0.0.1:8080", mds_url), {})
    said = capsys.readouterr().out
    assert "demo/penguins@v2 READY" in said
    assert re.search(r"(Adelie|Chinstrap|Gentoo) 0\.\d+", said)
