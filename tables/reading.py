"""One file in, one `Table` out: the reader is found by the bytes, and every failure becomes a sentence."""

from __future__ import annotations

from dataclasses import replace

from tables import documents, magic
from tables.errors import UnreadableFile
from tables.packed import unpacked
from tables.readers import Reader, readers, web_page
from tables.table import Choices, Limits, Table
from tables.upload import Given, Upload, taken


def read(
    given: Given, name: str = "", *, choices: Choices | None = None, limits: Limits | None = None
) -> Table:
    """The table in a file, given as bytes, as a path or as an open binary file.

    `name` is what the person called it; `choices` replaces what would be sniffed. Raises UnreadableFile,
    and nothing else, whatever the bytes are.
    """
    limits = limits or Limits()
    return read_upload(unpacked(taken(given, name, limits), limits), choices or Choices(), limits)


def read_upload(upload: Upload, choices: Choices, limits: Limits) -> Table:
    """The table in a file that is in memory. Raises UnreadableFile."""
    reader = _reader(upload)
    try:
        table = reader.read(upload, choices, limits)
    except UnreadableFile:
        raise
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of a native library is no Exception
        raise _damaged(reader, error) from error
    return replace(table, remarks=(*_misnamed(upload, reader), *table.remarks))


def _reader(upload: Upload) -> Reader:
    if not upload.data:
        raise UnreadableFile(
            "The file is empty.", advice="Choose a file with a header and at least one row."
        )
    words = magic.foreign(upload.head)
    if words and not (words == magic.WEB_PAGE and web_page.matches(upload)):
        raise UnreadableFile(
            f"This is {words}, whatever its name says; no table can be read from it.",
            advice=_advice(words),
        )
    words, advice = documents.document_in(upload)
    if words:
        raise UnreadableFile(f"This is {words}; no table can be read from it.", advice=advice)
    matching = next((reader for reader in readers().values() if reader.matches(upload)), None)
    if matching is None:
        known = ", ".join(reader.TITLE for reader in readers().values())
        raise UnreadableFile(
            "The file is of a kind that is not known here.", advice=f"What can be read: {known}."
        )
    return matching


def _advice(words: str) -> str:
    if "packed" in words or "archive" in words:
        return "Unpack it and upload the file inside, or pack it as ZIP."
    if words == magic.WEB_PAGE:
        return "Open it in Excel, save it as an Excel workbook (.xlsx) and upload that."
    return "Save the table as CSV or Excel and upload that."


def _damaged(reader: Reader, error: BaseException) -> UnreadableFile:
    return UnreadableFile(
        f"The file looks like {reader.TITLE}, but it is damaged or cut off.",
        advice="Open it where it comes from, save it again and upload that.",
        detail=f"{type(error).__name__}: {error}"[:2000],
    )


def _misnamed(upload: Upload, reader: Reader) -> list[str]:
    """A remark where the name promises another format than the bytes hold."""
    promised = [r for r in readers().values() if upload.suffix in r.SUFFIXES]
    if not promised or reader in promised:
        return []
    return [f"The name ends in {upload.suffix}, but this is {reader.TITLE}; it was read as that."]
