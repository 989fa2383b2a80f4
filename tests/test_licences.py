"""Nothing under the Business Source License or the AGPL is needed to run the app or its models."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
FORBIDDEN = re.compile(r"business source|\bBUSL\b|\bBSL 1\.1\b|affero|\bAGPL", re.IGNORECASE)

LIST_LICENCES = """
import json
from importlib.metadata import distributions
print(json.dumps({d.metadata["Name"]: [str(v) for k, v in d.metadata.items()
    if k in ("License", "License-Expression") or (k == "Classifier" and v.startswith("License"))]
    for d in distributions()}))
"""


def _words(found: Distribution) -> str:
    metadata = found.metadata
    parts = [metadata.get("License") or "", metadata.get("License-Expression") or ""]
    parts += [c for c in metadata.get_all("Classifier") or [] if c.startswith("License")]
    return "\n".join(part[:400] for part in parts)


def _runtime() -> dict[str, Distribution]:
    """Everything that the app's own dependencies bring, transitively; the dev group is not among it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return _brought_by(project["dependencies"])


def _brought_by(requirements: list[str]) -> dict[str, Distribution]:
    """What they bring, transitively."""
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        extras = wanted.extras or {""}
        key = (
            name,
            frozenset(extras),
        )  # `httpx[http2]` brings more than the httpx that came before
        if key in seen or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        seen.add(key)
        found[name] = distribution(name)  # raises when something that is needed is not installed
        for text in found[name].requires or []:
            needed = Requirement(text)
            if not needed.marker or any(needed.marker.evaluate({"extra": e}) for e in extras):
                needed.marker = None
                waiting.append(needed)
    return found


def test_the_apps_dependencies_are_free_to_use() -> None:
    found = _runtime()
    assert {"alibi", "shap", "streamlit", "spacy", "psycopg-binary"} <= set(found)
    bad = [name for name, package in found.items() if FORBIDDEN.search(_words(package))]
    assert not bad


def test_the_clients_dependencies_are_free_to_use() -> None:
    """Those of mds-client as a distribution of its own, with every extra."""
    project = tomllib.loads((ROOT / "mds_client" / "pyproject.toml").read_text())["project"]
    extras = [text for group in project["optional-dependencies"].values() for text in group]
    found = _brought_by([*project["dependencies"], *extras])
    assert {"httpx", "numpy", "lightkube", "h2"} <= set(found)
    bad = [name for name, package in found.items() if FORBIDDEN.search(_words(package))]
    assert not bad


def test_of_dbos_the_free_part_alone_is_used() -> None:
    """dbos-enterprise, and with it Conductor and whatever asks for an entitlement, is proprietary."""
    assert "MIT" in _words(distribution("dbos"))
    assert not [name for name in _runtime() if name.startswith("dbos-")]
    with pytest.raises(PackageNotFoundError):
        distribution("dbos-enterprise")
    code = (ROOT / "jobs" / "dbos_engine.py").read_text(encoding="utf-8")
    paid = ("conductor", "auto_upgrade", "sharding", "enterprise_key")
    assert not [word for word in paid if word in code]


def test_alibi_is_its_last_apache_release() -> None:
    found = distribution("alibi")
    assert found.version == "0.9.4"
    assert "Apache" in _words(found)


def test_pillow_has_the_fixes_that_alibis_cap_would_hold_back() -> None:
    assert int(distribution("pillow").version.partition(".")[0]) >= 12


def test_the_model_servers_dependencies_are_free_to_use() -> None:
    python = ROOT / "demo_mds" / ".venv" / "bin" / "python"
    listed = json.loads(subprocess.check_output([str(python), "-c", LIST_LICENCES], text=True))
    assert "mlserver" in listed
    bad = [
        name for name, words in listed.items() if FORBIDDEN.search(" ".join(w[:400] for w in words))
    ]
    assert not bad


@pytest.mark.parametrize(
    "name", ["Business Source License 1.1", "GNU Affero General Public License v3"]
)
def test_the_search_itself_finds_what_it_looks_for(name: str) -> None:
    assert FORBIDDEN.search(name)
