"""How large the picture of a case is, and how long its sound: what boxes and segments have to lie within."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass

from PIL import Image

from cases.files import kept_value
from db.cases import CaseView
from db.engine import Sessions
from mds_client.signature import File


@dataclass(frozen=True, kw_only=True)
class Extent:
    """Width and height in pixels of the first picture that was sent, seconds of the first sound; None where there is none,
    or it was not kept."""

    width: float | None = None
    height: float | None = None
    seconds: float | None = None


def extent_of(sessions: Sessions, case: CaseView) -> Extent:
    """The extent of the files of a case. Never raises for a file that is no picture and no sound."""
    for entered in case.entered.values():
        file = kept_value(sessions, entered)
        found = _extent(file.data) if isinstance(file, File) else None
        if found:
            return found
    return Extent()


def _extent(data: bytes) -> Extent | None:
    return _of_picture(data) or _of_sound(data)


def _of_picture(data: bytes) -> Extent | None:
    try:
        width, height = Image.open(io.BytesIO(data)).size  # the header alone
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return Extent(width=width, height=height)


def _of_sound(data: bytes) -> Extent | None:
    try:
        with wave.open(io.BytesIO(data)) as file:
            rate, frames = file.getframerate(), file.getnframes()
    except (wave.Error, EOFError, ValueError):
        return None
    return Extent(seconds=frames / rate) if rate > 0 else None
