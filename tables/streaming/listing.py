"""The files below a folder or in a bucket, with what tells whether one is another than it was."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase

import fsspec

from tables.errors import UnreadableFile
from tables.streaming.source import is_allowed, not_opened

_TELLING = ("size", "mtime", "ETag", "etag", "LastModified", "last_modified", "updated")
_MOMENTS = ("mtime", "LastModified", "last_modified", "updated")


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A file as it lies there. `digest` is of its address, its size, and its moment or ETag: another one once it changed.
    `modified_at` is None where the place does not tell."""

    url: str
    name: str
    size: int
    digest: str
    modified_at: datetime | None = None


def allowed_files(place: str, pattern: str, allowed: Sequence[str]) -> list[Listed]:
    """As `listed`, where an operator allowed this place. Raises UnreadableFile."""
    if not is_allowed(place, allowed):
        raise UnreadableFile(
            f"{place} may not be read.",
            advice="Whoever runs the workbench can name it in `batch_sources`.",
        )
    return [each for each in listed(place, pattern) if is_allowed(each.url, allowed)]


def listed(place: str, pattern: str = "*") -> list[Listed]:
    """The files directly in a folder whose names fit a pattern, by their names. Raises NotOpened for a place that
    cannot be listed."""
    try:
        files, path = fsspec.core.url_to_fs(place)
        files.invalidate_cache(path)
        entries = files.ls(path, detail=True)
    except Exception as error:  # each object store has errors of its own
        raise not_opened(place, error) from error
    found = [_listed(files, each) for each in entries if each.get("type") == "file"]
    fitting = [
        each
        for each in found
        if fnmatchcase(each.name, pattern or "*") and not each.name.startswith((".", "_"))
    ]
    return sorted(fitting, key=lambda each: each.name)


def _listed(files: fsspec.AbstractFileSystem, entry: dict[str, object]) -> Listed:
    path = str(entry["name"])
    is_local = "file" in files.protocol  # a name, or several of them
    url = path if is_local else files.unstrip_protocol(path)
    size = entry.get("size")
    told = repr([(name, str(entry[name])) for name in _TELLING if name in entry])
    return Listed(
        url=url,
        name=path.rstrip("/").rpartition("/")[2],
        size=size if isinstance(size, int) else 0,
        digest=hashlib.sha256(f"{url}\n{told}".encode()).hexdigest(),
        modified_at=_moment(entry),
    )


def _moment(entry: dict[str, object]) -> datetime | None:
    for name in _MOMENTS:
        value = entry.get(name)
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=UTC)
    return None
