"""Chooses the sheet of a workbook, or the list of a document, whose columns fit the model."""

from __future__ import annotations

from dataclasses import replace

from mds_client.signature import Signature
from tables.errors import TooLarge, UnreadableFile
from tables.mapping import suggest
from tables.packed import unpacked
from tables.reading import read_upload
from tables.table import Choices, Limits, Table
from tables.turned import refuse_long, turned
from tables.upload import Given, Upload, taken

_MOST = 20  # sheets that are tried
_MOST_BYTES = 200 * 2**20  # that are read in all for it


def read_fitting(
    given: Given,
    name: str,
    signature: Signature,
    *,
    choices: Choices | None = None,
    limits: Limits | None = None,
) -> Table:
    """The table of a file, in the sheet that fits the signature best unless a sheet was chosen.

    Raises UnreadableFile, with the sheets that there are.
    """
    limits, choices = limits or Limits(), choices or Choices()
    upload = unpacked(taken(given, name, limits), limits)
    first: Table | UnreadableFile
    try:
        first = read_upload(upload, choices, limits)
    except TooLarge:
        raise
    except UnreadableFile as error:
        first = error
    if not choices.sheet and len(first.sheets) > 1 and not _fits_wholly(first, signature):
        first = _best(upload, first, signature, choices, limits)
    if isinstance(first, UnreadableFile):
        raise first
    return _upright(first, signature)


def _upright(table: Table, signature: Signature) -> Table:
    """The table, turned where it lies on its side. Raises UnreadableFile where it has one value a line."""
    if suggest(table, signature).matches:
        return table
    refuse_long(table, signature)
    return turned(table, signature) or table


def _best(
    upload: Upload,
    first: Table | UnreadableFile,
    signature: Signature,
    choices: Choices,
    limits: Limits,
) -> Table | UnreadableFile:
    """The first sheet, or one that feeds more of the fields."""
    best, most = first, _fit(first, signature)
    count = min(_MOST, max(1, _MOST_BYTES // max(len(upload.data), 1)))
    for sheet in first.sheets[:count]:
        try:
            table = read_upload(upload, replace(choices, sheet=sheet), limits)
        except UnreadableFile:
            continue
        fit = _fit(table, signature)
        if fit > most or isinstance(best, UnreadableFile):
            best, most = replace(table, choices=choices), fit
    return best


def _fit(table: Table | UnreadableFile, signature: Signature) -> float:
    """How surely fields have a column; a needed field that has none counts as much as one that has."""
    if isinstance(table, UnreadableFile):
        return -float(len(signature.inputs)) - 1
    mapping = suggest(table, signature)
    return sum(match.confidence for match in mapping.matches) - len(mapping.missing)


def _fits_wholly(table: Table | UnreadableFile, signature: Signature) -> bool:
    if isinstance(table, UnreadableFile):
        return False
    return _fit(table, signature) >= 0.9 * len(signature.inputs)
