"""One picture or sound, as a table of one row."""

from __future__ import annotations

from tables import magic, media
from tables.errors import UnreadableFile
from tables.records import to_table
from tables.table import Choices, Limits, Table
from tables.upload import Upload

NAME = "picture"
TITLE = "a picture or sound"
SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp",
    ".wav", ".flac", ".ogg", ".mp3", ".m4a",
)  # fmt: skip
ORDER = 5


def matches(upload: Upload) -> bool:
    """Whether it opens as pictures and sounds do."""
    return bool(magic.media_type(upload.head))


def read(upload: Upload, choices: Choices, limits: Limits) -> Table:
    """A table of one row: `file` and `name`. Raises UnreadableFile for a picture that is no good."""
    file = media.file_of(upload.name, upload.data)
    words = media.fault(file, limits.pixels) if file else "This is no picture and no sound."
    if words:
        raise UnreadableFile(words, advice="Save the picture again, as PNG or JPEG, and smaller.")
    row = {"file": file, "name": upload.name}
    return to_table(upload.name, [row], choices, limits, sniffed={"format": TITLE})
