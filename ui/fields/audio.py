"""Sounds: upload one, record one, or keep the example that the form opened with."""

from __future__ import annotations

from functools import partial

import streamlit as st

from mds_client.signature import Field, File
from ui.fields import _upload

KINDS = ("audio",)
_ENDINGS = ("wav", "flac", "ogg", "mp3", "m4a")


def render(field: Field, key: str, value: object) -> File | None:
    """The sound that came last, else the one that the form opened with."""
    return _upload.draw(field, key, value, _ENDINGS, {"microphone": partial(_microphone, field)})


def _microphone(field: Field, key: str) -> _upload.Uploaded | None:
    """A recording is a WAV file, which not every model takes."""
    if field.media_types and "audio/wav" not in field.media_types:
        return None
    return st.audio_input("Or record your own", key=key)
