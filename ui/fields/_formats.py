"""How a field is typed: its format, else what its shape and content type say."""

from __future__ import annotations

from mds_client.codecs.pixels import pixels_of
from mds_client.signature import Field

_MOST_CELLS = 400
_MOST_ACROSS = 40


def format_of(field: Field) -> str:
    """A format of the signature, or one of ours: vector, matrix, file; any that is a picture is `pixels`."""
    if pixels_of(field):
        return "pixels"
    if field.kind == "tensor":
        return _of_tensor(field.shape[1:])
    if field.kind == "text" and field.content_type == "base64":
        return "file"
    return field.format


def _of_tensor(sizes: tuple[int, ...]) -> str:
    """Numbers that fit into a table are typed in one, too."""
    if len(sizes) == 1 and sizes[0] <= _MOST_CELLS:
        return "vector"
    if len(sizes) == 2 and max(sizes) <= _MOST_ACROSS:
        return "matrix"
    return ""
