"""ZIP: pictures or sounds, one a row; or one table, whose cells may name them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

import pandas as pd

from mds_client.signature import File
from tables import magic, media, zipped
from tables.errors import UnreadableFile
from tables.records import to_table
from tables.table import Choices, Limits, Table
from tables.upload import Upload

NAME = "archive"
TITLE = "ZIP"
SUFFIXES = (".zip",)
ORDER = 40  # after the workbooks, which are ZIPs too
_LITTER = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
_TABLES = (
    ".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xls", ".ods", ".parquet", ".arrow", ".feather",
    ".json", ".jsonl", ".ndjson",
)  # fmt: skip
_LEFT_OUT = {
    "unsafe": "would be written outside of its folder",
    "other": "is no picture, sound or table",
}


def matches(upload: Upload) -> bool:
    """Whether it opens as a ZIP does, and is not one inside another."""
    return not upload.inside and upload.head.startswith((zipped.START, b"PK\x05\x06"))


def read(upload: Upload, choices: Choices, limits: Limits) -> Table:
    """One row a picture or sound (`file`, `name`, `folder`), else the table inside.

    Raises UnreadableFile, Locked when the archive needs a password.
    """
    archive = zipped.opened(upload.data, limits)
    names, remarks = _names(archive)
    tables = [name for name in names if _suffix(name) in _TABLES]
    if len(tables) == 1:
        return _of_table(upload, archive, tables[0], names, remarks, choices, limits)
    files, others = _files(archive, names, limits)
    if files:
        return _of_files(
            upload, files, [*remarks, *_remark_on_names(others, "other")], choices, limits
        )
    if tables:
        raise UnreadableFile(
            f"The archive holds {len(tables)} tables.",
            advice=f"Upload one of them: {', '.join(tables[:5])}.",
        )
    raise UnreadableFile(
        "The archive holds no pictures, no sounds and no table.",
        advice="Pack the files themselves; an archive within an archive is not opened.",
    )


def _names(archive: zipfile.ZipFile) -> tuple[list[str], list[str]]:
    """The entries in their order, without litter; those that point out of the archive are left out."""
    names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
    plain = [name for name in dict.fromkeys(names) if not _is_litter(name)]
    unsafe = [name for name in plain if _is_unsafe(name)]
    return [name for name in plain if not _is_unsafe(name)], _remark_on_names(unsafe, "unsafe")


def _is_litter(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return not parts or parts[0] in _LITTER or parts[-1] in _LITTER or parts[-1].startswith("._")


def _is_unsafe(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0]


def _remark_on_names(names: list[str], why: str) -> list[str]:
    if not names:
        return []
    first = names[0][:80]
    if len(names) == 1:
        return [f"{first} {_LEFT_OUT[why]}; it was left out."]
    return [f"{len(names):,} files were left out; the first, {first}, {_LEFT_OUT[why]}."]


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _files(
    archive: zipfile.ZipFile, names: list[str], limits: Limits
) -> tuple[dict[str, File], list[str]]:
    """Pictures and sounds by their names in the archive, and what is neither."""
    files: dict[str, File] = {}
    for name in names:
        if not _is_media(archive, name):
            continue
        file = media.file_of(name.rpartition("/")[2], zipped.content(archive, name, limits.entry))
        if file:
            files[name] = file
    return files, [name for name in names if name not in files]


def _is_media(archive: zipfile.ZipFile, name: str) -> bool:
    try:
        with archive.open(name) as stream:
            return bool(magic.media_type(stream.read(64)))
    except Exception as error:
        raise zipped.damaged(error) from error


def _of_files(
    upload: Upload,
    files: Mapping[str, File],
    remarks: list[str],
    choices: Choices,
    limits: Limits,
) -> Table:
    rows = [
        {"file": file, "name": name, "folder": name.rpartition("/")[0]}
        for name, file in files.items()
    ]
    words = [media.fault(file, limits.pixels) for file in files.values()]
    return to_table(
        upload.name,
        rows,
        choices,
        limits,
        sniffed={"format": f"ZIP of {len(files):,} files"},
        remarks=remarks,
        faults={i: sentence for i, sentence in enumerate(words) if sentence},
    )


def _of_table(
    upload: Upload,
    archive: zipfile.ZipFile,
    name: str,
    names: list[str],
    remarks: list[str],
    choices: Choices,
    limits: Limits,
) -> Table:
    """The table in the archive; where its cells name pictures or sounds beside it, they become those."""
    from tables.reading import read_upload

    inside = Upload(name=name, data=zipped.content(archive, name, limits.size), inside=True)
    table = read_upload(inside, choices, limits)
    files, others = _files(archive, [one for one in names if one != name], limits)
    remarks = [*remarks, *_remark_on_names(others, "other")]
    frame, faults, more = _with_files(table, files, limits)
    return replace(
        table,
        name=upload.name,
        frame=frame,
        faults={**faults, **table.faults},
        sniffed={**table.sniffed, "format": f"{table.sniffed.get('format', '')} in a ZIP"},
        remarks=(*remarks, *table.remarks, *more),
    )


def _with_files(
    table: Table, files: Mapping[str, File], limits: Limits
) -> tuple[pd.DataFrame, dict[int, str], list[str]]:
    """The frame with the files in place of their names, where most cells of a column name one."""
    known = {name.rpartition("/")[2].casefold(): file for name, file in files.items()}
    known |= {name.casefold(): file for name, file in files.items()}
    faults = {id(file): media.fault(file, limits.pixels) for file in files.values()}
    frame = table.frame.copy(deep=False)
    bad: dict[int, str] = {}
    remarks: list[str] = []
    for name in frame.columns:
        in_place = frame[name].map(lambda cell: known.get(_key(cell)))
        if known and in_place.notna().sum() > 0.5 * max(frame[name].notna().sum(), 1):
            frame[name] = in_place.where(in_place.notna(), frame[name])
            bad |= {
                i: words for i, one in enumerate(in_place) if (words := faults.get(id(one), ""))
            }
            remarks.append(
                f"The files in the archive were put in the place of their names in {name}."
            )
    return frame, bad, remarks


def _key(cell: object) -> str:
    return str(cell).replace("\\", "/").removeprefix("./").casefold()
