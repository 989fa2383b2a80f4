"""A box to paste a picture into. The uploader beside it gets it: what was pasted is uploaded like any file."""

from __future__ import annotations

import streamlit as st

from mds_client.signature import Field
from ui import scripts

_TYPES = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/bmp": "bmp",
    "image/tiff": "tiff",
    "image/webp": "webp",
}
_STYLE = """
.row { display: flex; gap: .5rem; align-items: stretch; }
.box, button { font: inherit; font-size: .875rem; color: inherit; padding: .45rem .75rem; border-radius: .5rem;
  border: 1px solid var(--st-border-color); }
.box { flex: 1; min-width: 0; border-style: dashed; background: var(--st-secondary-background-color);
  caret-color: transparent; cursor: copy; overflow: hidden; }
.box::before { content: attr(aria-placeholder); }
button { background: var(--st-background-color); cursor: pointer; }
button:hover { border-color: var(--st-primary-color); }
.box:focus-visible, .box:focus, button:focus-visible { outline: 2px solid var(--st-primary-color); }
output { display: block; font-size: .8rem; }
output:not(:empty) { padding-top: .25rem; }
"""


def draw(field: Field, key: str) -> None:
    """The box; a picture that is too large for the model or for the uploader is refused in words there."""
    most = min(field.max_bytes, st.get_option("server.maxUploadSize") * 2**20)
    words = f"Paste a picture: {field.title}"
    data = {"label": words, "types": _TYPES, "takes": list(field.media_types), "most": most}
    scripts.run("paste", key, data, style=_STYLE)
