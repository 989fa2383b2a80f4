"""How a field is typed: its format, else what its shape and content type say."""

from __future__ import annotations

import re

from mds_client.codecs.pixels import pixels_of
from mds_client.signature import FILE_KINDS, Field

# At the beginning or end of words: `user_password`, `apiKey`; a tokenizer's `tokens` are none.
_SECRET = re.compile(
    r"(?:^|[\W_]|(?<=[a-z]))(?:(?i:pass(?:word|wd|phrase|code)|pwd|secret|credentials?|api[\W_]?key"
    r"|(?:(?:access|auth|bearer|refresh|api|id)[\W_]?)?token))(?:$|[\W_\d])"
)
_MOST_CELLS = 400
_MOST_ACROSS = 40


def format_of(field: Field) -> str:
    """A format of the signature, or one of ours: vector, matrix, file, password; any that is a picture is `pixels`."""
    if pixels_of(field):
        return "pixels"
    if field.kind == "tensor":
        return _of_tensor(field.shape[1:])
    if field.kind == "text" and field.content_type == "base64":
        return "file"
    return "password" if is_secret(field) else field.format


def is_secret(field: Field) -> bool:
    """Whether a text is masked: one line that is sensitive, as OpenAPI's format password is, or a name that says so."""
    if field.kind != "text":
        return False
    return (field.sensitive and field.format == "line") or bool(_SECRET.search(field.name))


def _of_tensor(sizes: tuple[int, ...]) -> str:
    """Numbers that fit into a table are typed in one, too."""
    if len(sizes) == 1 and sizes[0] <= _MOST_CELLS:
        return "vector"
    if len(sizes) == 2 and max(sizes) <= _MOST_ACROSS:
        return "matrix"
    return ""


def holds_a_file(field: Field) -> bool:
    """Whether a file is chosen or taken for it."""
    return field.kind in FILE_KINDS or format_of(field) in ("file", "pixels")
