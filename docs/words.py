"""The words of the pages, made from the code: `python -m docs.words` writes docs/words.md.

A sentence is a string that a module of a page hands to what is drawn, or that a service refuses or reports with. It is
listed under the page that its folder belongs to, else under the one that alone reaches its module, else under *Every
page* or *Services*; in the order of the code, each once. What is filled in stands in braces.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = Path(__file__).with_name("words.md")
EVERY, SERVICES = "Every page", "Services"
# Which page a folder of ui/ belongs to, where others use it, too.
_HOMES = {
    **dict.fromkeys(("batch", "counterfactuals", "explanations", "feedback", "fields"), "predict"),
    **dict.fromkeys(("results", "tables", "what_if"), "predict"),
    **dict.fromkeys(("behaviour", "cases", "data", "health", "inbox", "jobs"), ""),
    **dict.fromkeys(("review", "shows", "signatures"), ""),
    "people": "you",
    "stage": "present",
}
_ROOMS = [
    "pages",
    "ui",
    "charts",
    "batch",
    "tables",
    "cases",
    "feedback",
    "health",
    "explanations",
    "shows",
    "signatures",
    "jobs",
    "people",
    "mds_client",
]
_DRAWN = ("pages", "ui")
# What is handed to these is no word of a page, or is not read as one.
_NOT_SHOWN = {
    *(
        "key",
        "icon",
        "anchor",
        "format",
        "type",
        "width",
        "height",
        "gap",
        "on_change",
        "bind",
        "shortcut",
        "color",
    ),
    *(
        "mime",
        "language",
        "kind",
        "name",
        "role",
        "style",
        "token",
        "place",
        "file_name",
        "persist_state",
    ),
}
# One word alone is a label where it is the first thing that one of these gets.
_LABELLED = {
    *(
        "title",
        "header",
        "subheader",
        "caption",
        "markdown",
        "button",
        "form_submit_button",
        "download_button",
    ),
    *(
        "text_input",
        "text_area",
        "number_input",
        "selectbox",
        "multiselect",
        "pills",
        "segmented_control",
        "radio",
    ),
    *(
        "checkbox",
        "toggle",
        "slider",
        "expander",
        "popover",
        "metric",
        "info",
        "warning",
        "error",
        "success",
        "toast",
    ),
    *(
        "file_uploader",
        "page_link",
        "badge",
        "tabs",
        "progress",
        "date_input",
        "time_input",
        "menu_button",
    ),
}
_CODE = re.compile(
    r"[;{}]\s*\n|^\s*[<.#\[]|st-key|data-testid|^\W+$|://|^%|\w\(\)|^[a-z_]+(/[a-z_.{}]*)+$|--st-|px\b"
)
_LETTERS, _HOLE = re.compile("[A-Za-z]{2}"), re.compile(r"\{[^{}]*\}")
_SENTENCE = re.compile(r"^[A-Z“{‘*].*\s.*[.?!…”)*]$", re.DOTALL)


def written() -> str:
    """The document as the code has it now."""
    parts = [
        "# Words\n\nEvery sentence that the pages can say, by page, to be read in one go. Made by `python -m docs.words`; "
        "a change of words is made in the module that stands above them.\n"
    ]
    for page, modules in _by_page().items():
        found = [(module, words) for module in modules if (words := list(words_of(module)))]
        if found:
            parts.append(f"\n## {page}\n")
            parts += [_section(module, words) for module, words in found]
    return "".join(parts)


def words_of(module: str) -> Iterator[str]:
    """What a module can say, in the order of the code, each once."""
    tree = _tree(module)
    docs = set(_docstrings(tree))
    is_drawn = module.partition(".")[0] in _DRAWN
    seen = set()
    for node, is_label in _strings(tree):
        words = _text(node)
        if (
            id(node) in docs
            or words in seen
            or _CODE.search(words)
            or not _LETTERS.search(_HOLE.sub("", words))
        ):
            continue
        is_phrase = (
            " " in words.strip() and not words.startswith((" ", ":material")) and words[:1] != "_"
        )
        if (is_drawn and (is_label or is_phrase)) or _SENTENCE.match(words):
            seen.add(words)
            yield words


def _section(module: str, words: list[str]) -> str:
    lines = "".join(f"- {_line(each)}\n" for each in words)
    return f"\n### {module.replace('.', '/')}\n\n{lines}"


def _line(words: str) -> str:
    shown = " ".join(re.sub(r":material/\w+:", "", words).split())
    return re.sub(r"([<\[\]`]|(?<=\])\()", r"\\\1", shown)


def _by_page() -> Mapping[str, list[str]]:
    """The modules of each page; then those of the frame and of several pages, and those that draw nothing."""
    pages = [_module(path) for path in sorted((ROOT / "pages").glob("*.py"))]
    pages = [page for page in pages if page != "pages"]
    found: dict[str, list[str]] = {_title(page): [page] for page in pages}
    found |= {EVERY: [], SERVICES: []}
    every = (_module(path) for room in _ROOMS for path in (ROOT / room).rglob("*.py"))
    for module in sorted(every, key=lambda each: (each.partition(".")[0] not in _DRAWN, each)):
        if module not in pages:
            found[_home(module, pages)].append(module)
    return found


def _home(module: str, pages: list[str]) -> str:
    """The page of a module."""
    room, _, rest = module.partition(".")
    folder = rest.partition(".")[0]
    if room in _DRAWN and folder in _HOMES:
        return _title(_HOMES[folder] or folder)
    reaching = [page for page in pages if module in _reached(page)]
    if len(reaching) == 1:
        return _title(reaching[0])
    return EVERY if room in _DRAWN else SERVICES


def _title(page: str) -> str:
    return page.rpartition(".")[2].replace("_", " ").capitalize()


@cache
def _reached(module: str) -> frozenset[str]:
    """This module, and all of ours that it imports, directly or not."""
    found, waiting = set(), [module]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting += _imported(current)
    return frozenset(found)


@cache
def _imported(module: str) -> tuple[str, ...]:
    found: list[str] = []
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(name for name in found if name.partition(".")[0] in _ROOMS and _path(name))


def _strings(
    tree: ast.AST, *, is_label: bool = False
) -> Iterator[tuple[ast.Constant | ast.JoinedStr, bool]]:
    """Each string with whether it is a label by its place; nothing of what is no word by its place."""
    if isinstance(tree, ast.JoinedStr) or (
        isinstance(tree, ast.Constant) and isinstance(tree.value, str)
    ):
        yield tree, is_label
        return
    if isinstance(tree, ast.Call):
        name = (
            tree.func.attr if isinstance(tree.func, ast.Attribute) else getattr(tree.func, "id", "")
        )
        if name in ("getLogger", "compile", "get", "pop"):
            return
        for place, given in enumerate(tree.args):
            yield from _strings(given, is_label=name in _LABELLED and place == 0)
        for keyword in tree.keywords:
            if keyword.arg not in _NOT_SHOWN:
                yield from _strings(
                    keyword.value, is_label=keyword.arg in ("label", "title", "help")
                )
        return
    if isinstance(tree, ast.Subscript | ast.Compare):
        return
    for child in ast.iter_child_nodes(tree):
        is_branch = is_label and isinstance(tree, ast.IfExp | ast.BoolOp | ast.List)
        yield from _strings(child, is_label=is_branch)


def _docstrings(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else f"{{{_name(part)}}}"
        for part in node.values
    )


def _name(part: ast.expr) -> str:
    """What is filled in, by its last name: `{rows}` for `{len(found.rows):,}`."""
    names = [
        n.attr if isinstance(n, ast.Attribute) else n.id
        for n in ast.walk(part)
        if isinstance(n, ast.Attribute | ast.Name)
    ]
    useful = [name for name in names if name not in ("plain", "len", "str", "number", "percent")]
    return useful[0] if useful else "…"


@cache
def _tree(module: str) -> ast.Module:
    path = _path(module)
    return ast.parse(path.read_text(encoding="utf-8") if path else "")


def _path(module: str) -> Path | None:
    path = ROOT.joinpath(*module.split("."))
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.is_file()), None)


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


if __name__ == "__main__":
    TARGET.write_text(written(), encoding="utf-8")
