"""What follows from a phrase of a refusal: a width, or names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from mds_client.schema_learning.probing.hint import Hint
from mds_client.signature import Kind
from mds_client.signature.facts import MAX_INPUTS, is_name


def wanted_width(match: re.Match[str], _text: str, _sent: int) -> Hint | None:
    """The group `want` is the number of columns."""
    return Hint(width=int(match["want"]))


def width_not_ours(match: re.Match[str], _text: str, sent: int) -> Hint | None:
    """Of several sizes that do not fit together the one that we did not send."""
    shapes = [[int(n) for n in re.findall(r"\d{1,9}", shape)] for shape in match.groups()]
    sizes = [shape[-1] for shape in shapes if shape and shape[-1] not in (1, sent)]
    return Hint(width=sizes[0]) if sizes else None


def listed_names(match: re.Match[str], text: str, _sent: int) -> Hint | None:
    """Names in quotes, after the phrase."""
    names, end = _quoted(text, match.end())
    return Hint(names=names, is_whole=text[end : end + 1] in ("]", "}", ")"))


def unordered_names(match: re.Match[str], text: str, sent: int) -> Hint | None:
    """Names of a set, which come in any order."""
    hint = listed_names(match, text, sent)
    return replace(hint, names=tuple(sorted(hint.names))) if hint else None


def names_within(match: re.Match[str], _text: str, _sent: int) -> Hint | None:
    """Names in quotes, inside the phrase."""
    return Hint(names=_quoted(match["names"], 0)[0])


def one_name(match: re.Match[str], _text: str, _sent: int) -> Hint | None:
    """One name; there may be more."""
    name = match["name"]
    return Hint(names=(name,), is_whole=False) if is_name(name) else None


def separated_names(match: re.Match[str], text: str, _sent: int) -> Hint | None:
    """Names between commas up to the end of the phrase."""
    listed, end, _ = text[match.end() :].partition(" in input data")
    names = tuple(dict.fromkeys(filter(is_name, map(str.strip, listed.split(",")))))
    return Hint(names=names[:MAX_INPUTS], is_whole=bool(end)) if end else None


def bulleted_names(match: re.Match[str], text: str, _sent: int) -> Hint | None:
    """Names on lines that begin with a hyphen; three dots are for the rest of them."""
    lines = text[match.end() :].lstrip("\n").split("\n")[: MAX_INPUTS + 1]
    names: list[str] = []
    for line in lines:
        if not line.startswith("- ") or line == "- ...":
            return Hint(names=tuple(names), is_whole=line != "- ...")
        names += filter(is_name, [line[2:].strip()])
    return Hint(names=tuple(names))


_TYPES: Mapping[str, Kind] = {
    "boolean": "boolean",
    "integer": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
    "string": "text",
    "binary": "text",
    "datetime": "datetime",
}
_TYPED = re.compile(
    r"""\s*(?:'([^'\\\n]{1,500})'|"([^"\\\n]{1,500})"):\s(\w{1,20})([^'"\n]{0,200}?)\((required|optional)\),?"""
)


def typed_names(match: re.Match[str], text: str, _sent: int) -> Hint | None:
    """Names with their types: `'age': long (required), …`."""
    kinds: dict[str, Kind] = {}
    optional, start = set(), match.end()
    while len(kinds) < MAX_INPUTS and (entry := _TYPED.match(text, start)):
        name, start = entry[1] or entry[2], entry.end()
        kinds[name] = _TYPES.get(entry[3], "json") if not entry[4].strip() else "json"
        optional |= {name} if entry[5] == "optional" else set()
    names = tuple(filter(is_name, kinds))
    is_whole = text[start : start + 1] == "]"
    return Hint(names=names, kinds=kinds, optional=frozenset(optional), is_whole=is_whole)


_QUOTED = re.compile(
    r"""\s{0,80}(?:np\.str_\()?(?:'((?:[^'\\]|\\.){1,500})'|"((?:[^"\\]|\\.){1,500})")\)?\s{0,80},?""",
    re.DOTALL,
)


def _quoted(text: str, start: int) -> tuple[tuple[str, ...], int]:
    """The names in quotes that follow each other from there on, and where they end."""
    names: list[str] = []
    while len(names) < MAX_INPUTS and (quoted := _QUOTED.match(text, start)):
        start = quoted.end()
        names += filter(is_name, [re.sub(r"\\(.)", r"\1", quoted[1] or quoted[2])])
    return tuple(dict.fromkeys(names)), start
