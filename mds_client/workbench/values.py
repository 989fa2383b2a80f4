"""Values as the JSON that a workbench takes."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

import numpy as np

from mds_client.signature import File


def json_of(value: object) -> Any:
    """A value as plain JSON: files as Base64, arrays as lists, what is no number as null."""
    match value:
        case File():
            data = base64.b64encode(value.data).decode()
            return {"name": value.name, "media_type": value.media_type, "data": data}
        case bytes() | bytearray():
            return base64.b64encode(bytes(value)).decode()
        case np.ndarray() | np.generic():
            return json_of(value.tolist())
        case float():
            return value if math.isfinite(value) else None
        case datetime() | date() | time():
            return value.isoformat()
        case Mapping():
            return {str(name): json_of(each) for name, each in value.items()}
        case Sequence() if not isinstance(value, str):
            return [json_of(each) for each in value]
    return value
