"""Documents that are ZIPs inside, and hold no table that is read here."""

from __future__ import annotations

import io
import zipfile

from tables import zipped
from tables.upload import Upload

_BY_PART = {
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a PowerPoint presentation",
    "visio/document.xml": "a Visio drawing",
    "doc.kml": "a map (KMZ)",
    "META-INF/MANIFEST.MF": "a Java program",
}
_BY_TYPE = {
    "application/vnd.oasis.opendocument.text": "a text document (OpenDocument)",
    "application/vnd.oasis.opendocument.presentation": "a presentation (OpenDocument)",
    "application/vnd.oasis.opendocument.graphics": "a drawing (OpenDocument)",
    "application/vnd.oasis.opendocument.formula": "a formula (OpenDocument)",
    "application/vnd.oasis.opendocument.base": "a database (OpenDocument)",
    "application/epub+zip": "an e-book",
}
_APPLE = {".numbers": "Numbers", ".pages": "Pages", ".key": "Keynote"}
_COPY = "Copy the table into a spreadsheet, save that as CSV or Excel and upload it."


def document_in(upload: Upload) -> tuple[str, str]:
    """The words for the document, and what to do; empty where it is none of these."""
    if not upload.head.startswith(zipped.START):
        return "", ""
    try:
        with zipfile.ZipFile(io.BytesIO(upload.data)) as archive:
            names = set(archive.namelist()[:20_000])
            return _of_apple(upload, names) or _other(archive, names)
    except Exception:  # damaged: said by whoever reads it
        return "", ""


def _of_apple(upload: Upload, names: set[str]) -> tuple[str, str] | None:
    if not any(name.endswith(".iwa") or name == "Index.zip" for name in names):
        return None
    program = _APPLE.get(upload.suffix, "")
    if program and program != "Numbers":
        return f"an Apple {program} file", _COPY
    words = "an Apple Numbers file" if program else "a file of Apple Numbers, Pages or Keynote"
    return words, "Open it in Numbers, choose File, Export To, CSV or Excel, and upload that."


def _other(archive: zipfile.ZipFile, names: set[str]) -> tuple[str, str]:
    kind = ""
    if "mimetype" in names:
        with archive.open("mimetype") as stream:
            kind = stream.read(200).decode("ascii", "replace").strip()
    words = _BY_TYPE.get(kind.removesuffix("-template"), "")
    words = words or next((w for part, w in _BY_PART.items() if part in names), "")
    return (words, _COPY) if words else ("", "")
