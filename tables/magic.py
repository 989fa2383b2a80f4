"""What a file is by its first bytes, whatever its name says."""

from __future__ import annotations

import re

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What a person might upload that holds no table we read, with the words for it.
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a file packed with gzip"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xfd7zXZ", "a file packed with xz"),
    (b"BZh", "a file packed with bzip2"),
    (b"\x28\xb5\x2f\xfd", "a file packed with zstd"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"Obj\x01", "an Avro file"),
    (b"ORC", "an ORC file"),
    (b"$FL2", "an SPSS file"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    *((b"\x80" + bytes([version]), "a pickled Python object") for version in range(2, 6)),
)
WEB_PAGE = "a web page"
_MARKUP = tuple((start, WEB_PAGE) for start in (b"<!doctype html", b"<html", b"<table"))
# An element right within another: `<date>,<open>` are names of columns.
_ELEMENTS = re.compile(rb"<[a-z_][^<>,;\t]*>(?:\s*\n\s*)?<[a-z_]")
_TAR = slice(257, 262)
_ARFF = re.compile(rb"(?:\s*(?:%[^\n]*)?\n)*\s*@relation\s", re.IGNORECASE)
_MEDIA: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
)


def foreign(head: bytes) -> str:
    """The words for a file that holds no table we read, such as `a PDF document`; else empty."""
    if head[_TAR] == b"ustar":
        return "a tar archive"
    if _ARFF.match(head):
        return "an ARFF file, as Weka writes it"
    words_for_start = next((words for start, words in _OTHERS if head.startswith(start)), "")
    return words_for_start if words_for_start and not _is_words(head) else _markup(head)


def media_type(head: bytes) -> str:
    """The media type of a picture or a sound; empty for anything else."""
    if head[:4] == b"RIFF":
        return {b"WAVE": "audio/wav", b"WEBP": "image/webp"}.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return "audio/mp4" if head[8:12] in (b"M4A ", b"M4B ", b"mp42", b"isom") else ""
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return "image/bmp"
    return next((kind for start, kind in _MEDIA if head.startswith(start)), "")


def is_ole(head: bytes) -> bool:
    """Whether it is the container of old Excel and Word files, and of protected new ones."""
    return head.startswith(_OLE)


def _is_words(head: bytes) -> bool:
    """Whether the first bytes are text: a table may open with the letters BZh, MZ or ORC, a program has zeros."""
    return head[:4].isascii() and head[:3].isalnum() and b"\x00" not in head and b"\n" in head


def _markup(head: bytes) -> str:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(b"<?xml"):
        return WEB_PAGE if b"<html" in text else "an XML document"
    words = next((words for start, words in _MARKUP if text.startswith(start)), "")
    return words or ("an XML document" if _ELEMENTS.match(text) else "")
