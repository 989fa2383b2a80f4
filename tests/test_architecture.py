"""The shape of the house: imports point one way, and slow or foreign libraries stay in their rooms."""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter
from pathlib import Path

from ui import warmup

ROOT = Path(__file__).resolve().parents[1]
SERVICES = {"batch", "tables", "cases", "feedback", "health", "explanations", "signatures", "shows"}
# What each room may import of ours, besides itself. Services do not know each other.
ROOMS: dict[str, set[str]] = {
    "app": {"api", "ui", "services", "people", "db", "settings"},
    "demonstration": {
        "cases",
        "feedback",
        "health",
        "services",
        "audit_log",
        "db",
        "mds_client",
        "settings",
    },
    "cli": {
        "api",
        "configured",
        "servers",
        "services",
        "settings",
        *SERVICES,
        "jobs",
        "people",
        "audit_log",
        "db",
        "mds_client",
    },
    "api": {
        "configured",
        "services",
        *SERVICES,
        "jobs",
        "people",
        "audit_log",
        "db",
        "mds_client",
        "settings",
    },
    "pages": {"ui", "charts", "services", *SERVICES, "mds_client", "settings"},
    "ui": {"charts", "services", *SERVICES, "jobs", "people", "mds_client", "settings"},
    # The composition root: it joins everything below, and draws nothing.
    "services": {
        "doors",
        "configured",
        "servers",
        *SERVICES,
        "jobs",
        "people",
        "db",
        "mds_client",
        "settings",
    },
    "doors": {"configured", *SERVICES, "jobs", "people", "db", "mds_client", "settings"},
    "configured": {*SERVICES, "db", "settings"},
    "servers": {"mds_client", "settings"},
    "charts": set(),
    "printed": set(),
    "batch": {"jobs", "people", "audit_log", "db", "mds_client", "settings"},
    "tables": {"jobs", "people", "audit_log", "db", "mds_client", "settings"},
    "cases": {"jobs", "people", "audit_log", "db", "mds_client", "printed", "settings"},
    "feedback": {"jobs", "people", "audit_log", "db", "mds_client", "settings"},
    "health": {"jobs", "people", "audit_log", "db", "mds_client", "printed", "settings"},
    "explanations": {"jobs", "people", "audit_log", "db", "mds_client", "settings"},
    "shows": {"jobs", "people", "audit_log", "db", "mds_client", "settings"},
    "signatures": {"jobs", "people", "audit_log", "db", "mds_client", "settings"},
    # The floor below the services: what joins two of them is handed in from the composition root.
    "jobs": {"people", "audit_log", "db", "mds_client", "settings"},
    "people": {"audit_log", "db", "mds_client", "settings"},
    "audit_log": {"db"},
    "db": set(),
    "mds_client": set(),
    "settings": set(),
}
# Pages that would hide a package if pages/ came onto the path, which it never does (docs/decisions/0001).
SHADOWS = {
    "pages/cases.py",
    "pages/health.py",
    "pages/jobs.py",
    "pages/shows.py",
    "pages/signatures.py",
}
# Libraries that only these places may import.
ONLY_IN = {
    "streamlit": ("app.py", "ui/", "pages/"),
    "sqlalchemy": ("db/",),
    "alembic": ("db/",),
    "alibi": ("explanations/methods/",),
    "shap": ("explanations/methods/",),
    "httpx": ("mds_client/", "cli/", "people/oidc.py", "feedback/webhooks.py"),
    "plotly": ("charts/", "ui/figure.py"),
    "starlette": ("api/",),
    "fastapi": ("api/",),
    "prometheus_client": ("api/", "health/server_metrics/exposition.py"),
    # What it imports takes a quarter of a second: whoever delivers a message waits for it.
    "apprise": ("health/alarms/channels.py",),
    # Each broker is one file, and its library an extra that need not be there.
    "faststream": ("batch/streams/brokers/",),
    # Not in the process of an app or a worker: what drives a cluster is a child of its own.
    "ray": ("batch/engines/ray_driver.py",),
    # One engine for durable work, behind jobs/engine.py: another could take its place.
    "dbos": ("jobs/dbos_engine.py",),
}

MAX_COMPLEXITY = 12


def _files() -> list[Path]:
    found = [ROOT / f"{room}.py" for room in ROOMS if (ROOT / f"{room}.py").exists()]
    return found + [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _module(path: Path) -> str:
    return _name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@functools.cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _nodes(path: Path, *, at_import: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """The import statements; on request only those that run when the module is imported."""
    waiting: list[ast.AST] = [_tree(path)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif at_import and _runs_later(node):
            continue
        else:
            waiting += ast.iter_child_nodes(node)


def _runs_later(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return ast.unparse(node.test).endswith("TYPE_CHECKING")
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _imports(path: Path, *, at_import: bool = False) -> set[str]:
    """Every module that is named, as `package.module` also where it says `from package import module`."""
    found: set[str] = set()
    for node in _nodes(path, at_import=at_import):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif node.module and not node.level:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (names & MODULES) or {node.module}
    return found


FILES = _files()
MODULES = {_module(path) for path in FILES}


def test_imports_point_one_way() -> None:
    _none(
        f"{_name(path)} imports {', '.join(sorted(foreign))}"
        for path in FILES
        if (foreign := _foreign(path))
    )


def _foreign(path: Path) -> set[str]:
    """The rooms of which it imports something and may not."""
    room = _name(path).partition("/")[0].removesuffix(".py")
    ours = {name.partition(".")[0] for name in _imports(path)} & set(ROOMS)
    return ours - {room} - ROOMS[room]


def _none(offenders: Iterable[str]) -> None:
    """Fail with every one of them, a line each."""
    found = list(offenders)
    assert not found, "\n" + "\n".join(found)


def test_every_package_at_the_top_is_a_room() -> None:
    """A new package is drawn into the picture before it is used."""
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - set(ROOMS) <= {"tests", "benchmarks"}


def test_no_module_waits_for_itself() -> None:
    """No cycles at import. Raises CycleError with the modules that it goes through."""
    graph = {_module(path): _imports(path, at_import=True) & MODULES for path in FILES}
    TopologicalSorter(graph).prepare()


def test_pages_use_services_as_who_asks_may() -> None:
    """`ui.session.services` narrows them to what the person may see; nothing that draws goes around it."""
    drawing = [path for path in FILES if _name(path).startswith(("ui/", "pages/"))]
    _none(
        f"{_name(path)}: write `from ui.session import services`"
        for path in drawing
        if _name(path) != "ui/session.py" and _takes(path, "services", "services")
    )


def _takes(path: Path, module: str, name: str) -> bool:
    """Whether it imports a name of a module, or the whole module."""
    return any(
        module in {alias.name for alias in node.names}
        if isinstance(node, ast.Import)
        else node.module == module and name in {alias.name for alias in node.names}
        for node in _nodes(path, at_import=False)
    )


def test_libraries_stay_in_their_rooms() -> None:
    _none(
        f"{_name(path)} imports {library}"
        for path in FILES
        for library in {name.partition(".")[0] for name in _imports(path)} & set(ONLY_IN)
        if not _name(path).startswith(ONLY_IN[library])
    )


def test_functions_are_simple() -> None:
    """Cyclomatic complexity where `and`, `or`, comprehensions, conditional expressions and cases count too,
    as radon counts; ruff's C901 counts statements alone."""
    counts = ((path, f.name, _complexity(f)) for path in FILES for f in _functions(path))
    _none(f"{_name(path)} {name} is at {n}" for path, name, n in counts if n > MAX_COMPLEXITY)


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _complexity(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """One, and one for each way to go on; functions inside are counted by themselves."""
    count, waiting = 1, list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, _BRANCHES):
            count += 1
        elif isinstance(node, ast.BoolOp):
            count += len(node.values) - 1
        elif isinstance(node, ast.comprehension):
            count += 1 + len(node.ifs)
        waiting += ast.iter_child_nodes(node)
    return count


_BRANCHES = (
    ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.Assert, ast.match_case
)  # fmt: skip


def test_a_module_opens_with_what_it_is_for() -> None:
    filled = [path for path in FILES if _tree(path).body]
    _none(_name(path) for path in filled if not ast.get_docstring(_tree(path)))


def test_a_page_is_thin() -> None:
    pages = {_name(path): path.read_text() for path in sorted((ROOT / "pages").glob("*.py"))}
    _none(f"{name} is long" for name, text in pages.items() if text.count("\n") > 120)
    _none(f"{name} lacks PAGE" for name, text in pages.items() if "PAGE = {" not in text)


# Streamlit leaves what begins with an underscore out of the key of a cache.
NOT_IN_A_KEY = {"_signature", "_ref"}


def test_what_is_cached_is_kept_apart_for_different_people() -> None:
    """A cached function that reaches for the services takes `scope`, and leaves out of its key only what does not say who
    asks."""
    cached = [
        (_name(path), function)
        for path in FILES
        if _name(path).startswith(("ui/", "pages/"))
        for function in _functions(path)
        if any("cache_data" in ast.unparse(each) for each in function.decorator_list)
    ]
    taken = {(name, f.name): [a.arg for a in f.args.args] for name, f in cached}
    reach = {
        key for key, (_, f) in zip(taken, cached, strict=True) if "services()" in ast.unparse(f)
    }
    _none(f"{key} takes no scope" for key in reach if "scope" not in taken[key])
    ignored = {
        key: {a for a in names if a.startswith("_")} - NOT_IN_A_KEY for key, names in taken.items()
    }
    _none(f"{key} leaves {names} out of its key" for key, names in ignored.items() if names)


def test_no_script_hides_a_package() -> None:
    """Streamlit puts the folder of the script that it runs on the path: no file there may hide a package."""
    scripts = [path for folder in ("pages", "ui") for path in (ROOT / folder).glob("*.py")]
    assert {_name(path) for path in scripts if path.stem in _taken()} == SHADOWS


def test_a_folder_that_is_named_as_a_package_cannot_hide_it() -> None:
    """A capability has one name on every floor; what is imported before the first run cannot be hidden."""
    folders = {path.parent.name for path in (ROOT / "ui").glob("*/__init__.py")}
    assert folders & _taken() == set(warmup.services_named_as_here())


def _taken() -> set[str]:
    packages = set(ROOMS) | {path.parent.name for path in ROOT.glob("*/__init__.py")}
    return packages | set(sys.stdlib_module_names)


def test_the_script_takes_its_folder_off_the_path_first() -> None:
    script = (ROOT / "ui" / "main.py").read_text(encoding="utf-8")
    assert script.index("sys.path[:]") < script.index("from ui.shell")
