"""What the documentation says is so: settings, names, links and examples."""

from __future__ import annotations

import re
import subprocess
import types
from itertools import pairwise
from pathlib import Path

import httpx
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import services
from charts.palette import FOR
from db.engine import close, make_sessions
from db.migrate import migrate
from docs.settings_table import GUIDE, written
from explanations.budgeted_model import BudgetedModel
from explanations.contract import ExplainContext
from explanations.methods import methods
from explanations.target import Target
from jobs import store
from jobs.here import Here
from mds_client import Answer, MdsClient, Server, protocols
from mds_client.codecs import _by_content_type
from mds_client.signature import Field, Kind, ModelRef, Role, Signature
from settings import ServerSettings, Settings
from ui.registry import by_kind, drawers
from ui.shell import page_headers

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
ALL = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
HOW_TO = (ROOT / "docs" / "how-to-extend.md").read_text(encoding="utf-8")
# Settings that nothing reads; docs/operators-guide.md says so. Whoever uses one takes it off, there too.
UNUSED: set[str] = set()


def test_the_table_of_settings_is_the_settings() -> None:
    assert GUIDE.read_text(encoding="utf-8") == written(GUIDE.read_text(encoding="utf-8")), (
        "run python -m docs.settings_table"
    )


def test_every_setting_does_something() -> None:
    rooms = [
        "cli",
        "api",
        "pages",
        "ui",
        "mds_client",
        "jobs",
        "cases/jobs",
        "health/jobs",
        "health/server_metrics",
        "batch",
    ]
    files = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    modules = ("app.py", "configured.py", "doors.py", "servers.py", "services.py")
    files += [ROOT / name for name in modules]
    code = "\n".join(path.read_text(encoding="utf-8") for path in files)
    names = {*Settings.model_fields, *ServerSettings.model_fields, "headers"} - {"headers_from_env"}
    assert {
        name
        for name in names
        if not re.search(rf"(settings|settings\(\)|configured|server)\.{name}\b", code)
    } == UNUSED


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_and_pictures_are_there(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (path.parent / target).exists(), target


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_to_headings_are_there(path: Path) -> None:
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    for target in re.findall(r"\]\(#([^)]+)\)", path.read_text(encoding="utf-8")):
        assert target in anchors


def test_the_table_of_folders_is_whole() -> None:
    """README's last table names every folder and every module at the top."""
    modules = {path.name for path in ROOT.glob("*.py")}
    folders = {f"{path.name}/" for path in ROOT.iterdir() if path.is_dir() and _holds_source(path)}
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("## What is where")[2]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert named == folders | modules


def _holds_source(folder: Path) -> bool:
    """Whether it is ours, and neither made by running the app nor left over from another version."""
    if folder.name.startswith(".") or folder.name == "var":
        return False
    return any(path.suffix in (".py", ".md") for path in folder.rglob("*"))


def test_every_name_of_a_registry_is_documented() -> None:
    names = {
        *methods(),
        *(method.TITLE for method in methods().values()),
        *(header.title for header in page_headers()),
        *_by_content_type(),
        *Kind.__args__,  # type: ignore[attr-defined]
        *filter(None, Role.__args__),  # type: ignore[attr-defined]
        *protocols.protocols(),
    }
    assert not [name for name in names if name not in ALL]


def test_python_in_the_documentation_compiles() -> None:
    for path in PAGES:
        for code in re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL):
            compile(code, path.name, "exec")


def test_the_example_of_the_readme_runs(mds_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    exec(code.replace("http://127.0.0.1:8080", mds_url), {})
    said = capsys.readouterr().out
    assert "demo/penguins@v2 READY" in said
    assert re.search(r"(Adelie|Chinstrap|Gentoo) 0\.\d+", said)


def _example(path: str) -> str:
    """The code under the heading of how-to-extend.md that names its file."""
    for before, block in pairwise(HOW_TO.split("```python\n")):
        if f"`{path}`" in before.rpartition("\n## ")[2]:
            return block.partition("```")[0]
    raise AssertionError(f"no example called {path}")


def _run(path: str) -> types.ModuleType:
    """The example as the module that it would be."""
    module = types.ModuleType(Path(path).stem)
    exec(compile(_example(path), path, "exec", dont_inherit=True), module.__dict__)
    assert module.__doc__
    return module


def test_the_example_of_a_protocol_works(monkeypatch: pytest.MonkeyPatch) -> None:
    module = _run("mds_client/protocols/rows.py")
    known = protocols.protocols()
    monkeypatch.setattr(protocols, "protocols", lambda: known | {"rows": module.PROTOCOL})

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"models": ["sum"]})
        return httpx.Response(200, json={"predictions": [6.0]})

    server = Server(name="v1", url="http://test", protocol="rows")
    with MdsClient(server, transport=httpx.MockTransport(answer)) as client:
        assert [str(info.ref) for info in client.models()] == ["v1/sum"]
        assert client.model("sum").predict({"input-0": [1.0, 2.0, 3.0]}).answer.number == 6.0


def test_the_example_of_a_codec_works() -> None:
    module = _run("mds_client/codecs/yes_no.py")
    encoded = module.encode(Field(name="x", kind="boolean"), [True, False, None])
    assert module.decode(encoded) == (True, False, None)


def test_the_example_of_a_field_works() -> None:
    code = _example("ui/fields/day.py")
    call = "\nrender(Field(name='x', kind='datetime'), 'key', '2026-03-31T14:05')"
    app = AppTest.from_string(code + call, default_timeout=60).run()
    assert not app.exception
    assert app.date_input(key="key").value.isoformat() == "2026-03-31"


def test_the_example_of_a_result_works() -> None:
    code = _example("ui/results/metric.py")
    model = "from mds_client.signature import ModelRef\n"
    call = (
        "draw(Answer(kind='number', number=3.0, unit='mm'), {},"
        " Signature(model=ModelRef(server='s', name='m'), inputs=()))"
    )
    app = AppTest.from_string(f"{code}\n{model}{call}", default_timeout=60).run()
    assert not app.exception
    assert app.metric[0].value == "3 mm"


def test_the_example_of_an_explanation_works() -> None:
    module = _run("explanations/methods/without_first.py")
    given = Answer(kind="number", number=5.0)
    signature = Signature(
        model=ModelRef(server="s", name="m"),
        inputs=(Field(name="x", kind="number", required=False),),
    )
    ask = BudgetedModel(
        lambda rows: [Answer(kind="number", number=row["x"] or 2.0) for row in rows],
        Target.of(given),
        budget=module.cost(signature),
    )
    assert module.suits(signature)
    context = ExplainContext(method=module, ask=ask, signature=signature, values={"x": 5.0})
    found = module.explain(context)
    assert (found.prediction, found.base, found.attributions[0].amount) == (5.0, 2.0, 3.0)
    assert type(found).from_json(found.to_json()) == found


def test_the_example_of_a_job_works(sqlite_url: str) -> None:
    module = _run("cases/jobs/count_rows.py")
    kind = module.kind(None)
    sessions = make_sessions(sqlite_url)
    here = Here(sessions, "1", 15.0, is_inline=True)
    job = here.start(kind, store.make(kind), module.Lists(rows=("a",) * 250))
    ended = store.find(sessions, job.id)
    close(sessions)
    assert ended is not None
    assert (ended.state, ended.sentence) == ("done", "There are 250 rows.")


def test_the_example_of_a_page_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    migrate(url)
    sessions = make_sessions(url)
    small = types.SimpleNamespace(settings=Settings(), settings_now=Settings(), sessions=sessions)
    small.seen_by = lambda _scope: small
    monkeypatch.setattr(services, "_installed", [small])
    app = AppTest.from_string(_example("pages/asked.py"), default_timeout=60).run()
    close(sessions)
    assert not app.exception
    assert app.title[0].value == "What was asked last?"


def test_the_example_of_a_resource_works() -> None:
    module = _run("api/v1/resources/servers.py")
    state = types.SimpleNamespace(server=types.SimpleNamespace(name="demo"))
    catalogue = types.SimpleNamespace(servers=lambda: [state])
    asked = types.SimpleNamespace(services=types.SimpleNamespace(catalogue=catalogue))
    assert module.list_servers(asked).names == ["demo"]
    assert [route.path for route in module.RESOURCE.router.routes] == ["/servers"]


def test_the_example_of_a_chart_works() -> None:
    module = _run("charts/sizes.py")
    (bar,) = module.figure({"a": 1.0, "b": 2.0}).data
    assert list(np.asarray(bar.x)) == [1.0, 2.0]
    assert bar.marker.color == FOR
    assert module.alt_text({"a": 1.0}) == "Bar chart of sizes: a 1."


@pytest.mark.slow
def test_the_example_of_a_demo_model_works() -> None:
    check = "\n(m,) = models()\nprint(m.name, len(m.inputs), len(m.inputs[0]['parameters']['examples']))"
    said = subprocess.check_output(
        [
            str(ROOT / "demo_mds" / ".venv" / "bin" / "python"),
            "-c",
            _example("demo_mds/models/iris.py") + check,
        ],
        cwd=ROOT / "demo_mds",
        text=True,
    )
    assert said.split() == ["iris", "4", "5"]


def test_every_kind_is_drawn_by_one_file() -> None:
    """As how-to-extend.md says: of two files that claim a kind, one would never be used."""
    assert set(by_kind("ui.fields")) == set(Kind.__args__)  # type: ignore[attr-defined]
    for package in ("ui.fields", "ui.results"):
        found = drawers(package)
        modules = set(found.values())
        claims = [len(m.KINDS) * len(getattr(m, "FORMATS", ("",))) for m in modules]
        assert sum(claims) == len(found)
        folder = ROOT / package.replace(".", "/")
        assert {module.__name__.rpartition(".")[2] for module in modules} == {
            path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")
        }
