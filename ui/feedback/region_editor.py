"""Boxes drawn on the picture, segments on the waveform: the right answer where the model's is one of these."""

from __future__ import annotations

import hashlib
import io
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image

from charts.palette import AGAINST, FOR
from feedback import regions
from feedback.regions import BOXES, KINDS, MOST, Region, Within
from mds_client.codecs.pixels import pixels_of
from mds_client.prediction import Answer
from mds_client.signature import File, Signature, Values
from ui import scripts
from ui.media import preview, size
from ui.results._marks import in_pixels
from ui.sound import samples

__all__ = ["KINDS", "draw", "subject_of"]

_PEAKS = 600
_STYLE = """
.regions { font-size: .875rem; color: var(--st-text-color); }
p { margin: 0 0 .4rem; opacity: .8; }
.stage { position: relative; touch-action: none; user-select: none; cursor: crosshair; line-height: 0;
  border: 1px solid var(--st-border-color); border-radius: .5rem; background: var(--st-secondary-background-color); }
.stage img { width: 100%; height: auto; border-radius: .5rem; pointer-events: none; }
.stage svg { width: 100%; height: 8rem; fill: var(--st-text-color); opacity: .5; }
.region, .ghost { position: absolute; box-sizing: border-box; border: 2px solid FOR; line-height: 1.2; cursor: move;
  background: color-mix(in srgb, FOR 20%, transparent); box-shadow: 0 0 0 1px #fff, inset 0 0 0 1px #fff; }
.region[aria-pressed="true"] { border-color: AGAINST; background: color-mix(in srgb, AGAINST 20%, transparent); z-index: 1; }
.region:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 2px; }
.ghost { border-style: dashed; pointer-events: none; }
.tag { position: absolute; left: 0; top: 0; max-width: 100%; overflow: hidden; white-space: nowrap; text-overflow: ellipsis;
  padding: 0 .25rem; font-size: .75rem; color: #000; background: #fff; pointer-events: none; }
.handle { position: absolute; width: 14px; height: 14px; margin: -7px; border: 2px solid AGAINST; border-radius: 50%; background: #fff; }
.edge { position: absolute; }
.edge.n, .edge.s { left: 0; width: 100%; height: 8px; margin: -5px 0; cursor: ns-resize; } .edge.n { top: 0; } .edge.s { top: 100%; margin: -3px 0; }
.edge.w, .edge.e { top: 0; height: 100%; width: 8px; margin: 0 -5px; cursor: ew-resize; } .edge.w { left: 0; } .edge.e { left: 100%; margin: 0 -3px; }
.nw { left: 0; top: 0; cursor: nwse-resize; } .ne { left: 100%; top: 0; cursor: nesw-resize; }
.sw { left: 0; top: 100%; cursor: nesw-resize; } .se { left: 100%; top: 100%; cursor: nwse-resize; }
.handle.w { left: 0; top: 50%; cursor: ew-resize; } .handle.e { left: 100%; top: 50%; cursor: ew-resize; }
.ends { display: flex; justify-content: space-between; opacity: .8; }
.bar { display: flex; flex-wrap: wrap; gap: .5rem; margin: .5rem 0; }
ol { list-style: none; margin: 0; padding: 0; max-height: 16rem; overflow-y: auto; }
li { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; padding: .2rem; }
.pick { flex: 1 1 13rem; text-align: left; }
button, input, select { font: inherit; color: inherit; padding: .35rem .6rem; border-radius: .5rem; min-height: 2rem;
  border: 1px solid var(--st-border-color); background: var(--st-background-color); }
input, select { flex: 0 1 9rem; min-width: 6rem; }
button { cursor: pointer; } button:disabled { opacity: .5; cursor: default; }
button:hover:enabled { border-color: var(--st-primary-color); }
.pick[aria-pressed="true"] { border-color: AGAINST; }
button:focus-visible, input:focus-visible, select:focus-visible { outline: 2px solid var(--st-primary-color); }
output { display: block; min-height: 1.2rem; padding-top: .25rem; }
""".replace("FOR", FOR).replace("AGAINST", AGAINST)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is drawn on: a small copy of the picture as a data address, or the loudness of a sound; and how large it is."""

    within: Within
    picture: str = ""
    peaks: tuple[float, ...] = ()

    @property
    def extent(self) -> tuple[float, float]:
        """Width and height in pixels, or seconds and 1."""
        return self.within.width or self.within.seconds or 1.0, self.within.height or 1.0


def subject_of(answer: Answer, values: Values, signature: Signature) -> Subject | None:
    """The picture or the sound that was asked about; None where it was not kept, or cannot be drawn."""
    find = _picture if answer.kind == BOXES else _sound
    found = (find(name, value, signature) for name, value in values.items())
    return next((each for each in found if each), None)


def draw(
    answer: Answer, subject: Subject, labels: Sequence[str], key: str, said: object
) -> list[dict[str, object]] | None:
    """The editor. It opens with what was said, else with what the model answered; None while that is as it was and
    nothing was said before: nobody knows what is right."""
    known = regions.of_text(said)
    own = _answered(answer, subject)
    begun = own if known is None else [_item(each) for each in known]
    data = _wording(answer.kind, labels) | _facts(answer.kind, subject, begun, own)
    kept = st.session_state.get(scripts.state_key("regions", key)) or {}
    data["items"] = kept.get("drawn") or begun
    found = scripts.run("regions", key, data, style=_STYLE, on_drawn_change=lambda: None)
    items = begun if found.drawn is None else found.drawn
    if items == begun and known is None:
        return None
    return [_fact(answer.kind, item) for item in items]


def _wording(kind: str, labels: Sequence[str]) -> dict[str, object]:
    """What it is called, and the labels to choose from: a segment may have none."""
    if kind == BOXES:
        return {"noun": "box", "title": "The picture with its boxes", "labels": list(labels)}
    offered = ["", *labels] if labels else []
    return {"noun": "segment", "title": "The sound with its segments", "labels": offered}


def _facts(
    kind: str, subject: Subject, begun: list[dict[str, Any]], own: list[dict[str, Any]]
) -> dict[str, object]:
    width, height = subject.extent
    return {
        "kind": kind,
        "width": width,
        "height": height,
        "picture": subject.picture,
        "peaks": subject.peaks,
        "names": sorted({each["label"] for each in own} - {""}),
        "answer": own,
        "most": MOST,
        "token": _digest([kind, begun, own, width, height]),
    }


def _picture(name: str, value: object, signature: Signature) -> Subject | None:
    """A picture in a file, or as numbers. Boxes count from the corner of the file's own pixels, however it is turned."""
    if isinstance(value, File):
        shown, whole = preview(value.data, is_upright=False), size(value.data)
    else:
        field = next((each for each in signature.inputs if each.name == name), None)
        pixels = pixels_of(field) if field and value is not None else None
        seen = pixels.picture(value) if pixels else None
        shown = None if seen is None else Image.fromarray(seen)
        whole = shown.size if shown else None
    if shown is None or whole is None:
        return None
    data = io.BytesIO()
    shown.convert("RGB").save(data, "JPEG", quality=88)
    address = f"data:image/jpeg;base64,{b64encode(data.getvalue()).decode()}"
    return Subject(within=Within(width=whole[0], height=whole[1]), picture=address)


def _sound(_name: str, value: object, _signature: Signature) -> Subject | None:
    sound = samples(value.data) if isinstance(value, File) else None
    if sound is None:
        return None
    parts = np.array_split(np.abs(sound.values), min(_PEAKS, len(sound.values)))
    peaks = tuple(round(float(part.max()), 3) for part in parts)
    return Subject(within=Within(seconds=sound.seconds), peaks=peaks)


def _answered(answer: Answer, subject: Subject) -> list[dict[str, Any]]:
    """What the model found, where it can be drawn: within the picture or the sound, and of some size."""
    width, height = subject.extent
    if answer.kind == BOXES:
        boxes = in_pixels(answer.boxes, (int(width), int(height)))
        found = [Region(edges=box.corners, label=box.label) for box in boxes]
    else:
        found = [Region(edges=segment) for segment in answer.segments]
    items = [_item(each, (width, height)) for each in found]
    return [item for item in items if _has_size(item["edges"])][:MOST]


def _item(region: Region, extent: tuple[float, float] | None = None) -> dict[str, Any]:
    """A region as the editor has it, cut off at the edge of the whole; a segment is as high as the whole, which is 1."""
    edges = region.edges if region.kind == BOXES else (region.edges[0], 0.0, region.edges[1], 1.0)
    if extent:
        edges = tuple(min(max(edge, 0.0), extent[n % 2]) for n, edge in enumerate(edges))
    digits = 1 if region.kind == BOXES else 3
    return {"label": region.label, "edges": [round(float(edge), digits) for edge in edges]}


def _has_size(edges: Sequence[float]) -> bool:
    return edges[0] < edges[2] and edges[1] < edges[3]


def _fact(kind: str, item: Mapping[str, Any]) -> dict[str, object]:
    """An item of the editor in the form of an answer. It came from a browser: `feedback.regions` checks it."""
    edges = list(item["edges"])
    if kind == BOXES:
        return {"label": item["label"], "corners": edges}
    return {"label": item["label"], "start": edges[0], "end": edges[2]}


def _digest(facts: object) -> str:
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
