"""Where a large file lies, and whether it changed while it was read."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

import fsspec

from tables.errors import UnreadableFile

_PACKED = {".gz": "gzip", ".bz2": "bz2", ".xz": "xz"}


class ChangedMeanwhile(UnreadableFile):
    """The file is not the one any more that it was when reading began."""

    kind = "changed_file"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} changed while it was read, so nothing of it was sent.",
            advice="Wait until whoever writes it is done, or read a copy of it.",
        )


class NotOpened(UnreadableFile):
    """It is not there, or may not be read, or the place does not answer: later it may be otherwise."""

    kind = "not_opened"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file by its path or URL, in whatever `fsspec` reads, and the name that people know it by."""

    url: str
    name: str

    @classmethod
    def of(cls, url: str) -> Source:
        """The file of a path or URL, by the last part of it."""
        return cls(url=url, name=url.rstrip("/").rpartition("/")[2] or url)

    @property
    def bare_name(self) -> str:
        """The name without what says how it is packed: `rows.csv` of `rows.csv.gz`."""
        path = Path(self.name)
        return path.stem if path.suffix.lower() in _PACKED else self.name

    @property
    def size(self) -> int:
        """Its bytes, as they lie there. Raises UnreadableFile."""
        size = self._facts().get("size")
        return size if isinstance(size, int) else 0

    @property
    def stamp(self) -> str:
        """What is another once the file has changed: its size with its moment, or with its ETag. Raises UnreadableFile."""
        facts = self._facts()
        names = ("size", "mtime", "ETag", "etag", "LastModified", "last_modified", "ino")
        return repr([(name, facts[name]) for name in names if name in facts])

    def open(self) -> IO[bytes]:
        """The file unpacked, from its beginning. Raises UnreadableFile."""
        packed = _PACKED.get(Path(self.name).suffix.lower())
        try:
            opened: IO[bytes] = fsspec.open(self.url, "rb", compression=packed).open()
        except Exception as error:  # each object store has errors of its own
            raise not_opened(self.name, error) from error
        return opened

    def _facts(self) -> dict[str, object]:
        try:
            files, path = fsspec.core.url_to_fs(self.url)
            with suppress(AttributeError):
                files.invalidate_cache(path)
            return dict(files.info(path))
        except Exception as error:  # as above
            raise not_opened(self.name, error) from error


class NotAllowedHere(UnreadableFile):
    """A path or URL that no operator allowed to be read."""

    kind = "not_allowed_here"

    def __init__(self) -> None:
        super().__init__(
            "This file may not be read from here.",
            advice="Whoever runs the workbench names the folders and URLs that may be, with `batch_sources`.",
        )


def allowed_source(url: str, allowed: Sequence[str]) -> Source:
    """The file of a path or URL that an operator allowed: a path of this machine as what it leads to. Raises NotAllowedHere
    for every other, whether there is such a file or not."""
    url = url.strip()
    if not url or not is_allowed(url, allowed):
        raise NotAllowedHere
    return Source.of(url if "://" in url else str(Path(url).resolve()))


def is_allowed(url: str, allowed: Sequence[str]) -> bool:
    """Whether an operator allowed a path or URL: it is one of these, lies in one of these folders, or fits a pattern
    with `*`. A path of this machine must be whole, and counts as what it leads to."""
    if _is_tricky(url):
        return False
    is_local = "://" not in url
    if is_local and not Path(url).is_absolute():
        return False
    place = str(Path(url).resolve()) if is_local else url
    return any(_is_within(place, str(each)) for each in allowed if ("://" not in each) is is_local)


def _is_tricky(url: str) -> bool:
    """Whether a URL leads elsewhere than it says: through another of `fsspec` (`zip://a::file://b`), a pattern, or up."""
    path = unquote(unquote(urlsplit(url.replace("\\", "/")).path))
    return (
        "\x00" in url
        or "::" in url
        or "*" in url
        or ".." in path.split("/")
        or "@" in urlsplit(url).netloc
    )


def _is_within(place: str, allowed: str) -> bool:
    if "*" in allowed:
        return fnmatchcase(place, allowed)
    folder = allowed if "://" in allowed else str(Path(allowed).resolve())
    return place == folder or place.startswith(folder.rstrip("/") + "/")


def not_opened(name: str, error: Exception) -> NotOpened:
    """The error for a place that does not give what it should."""
    return NotOpened(
        f"{name} could not be opened.",
        advice="Check that it is there, and that the workbench may read it.",
        detail=f"{type(error).__name__}: {error}"[:2000],
    )
