"""Raw outputs of every kind, as servers send them, and what they are in words."""

from __future__ import annotations

import io
import json
from base64 import b64encode
from typing import Any

from PIL import Image

from mds_client.prediction import Output
from mds_client.signature import Field


def png(width: int = 40, height: int = 30) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (200, 220, 240)).save(buffer, "PNG")
    return buffer.getvalue()


def texts(name: str, *values: object) -> Output:
    words = [v if isinstance(v, str) else json.dumps(v) for v in values]
    return Output(name=name, datatype="BYTES", shape=(1, len(words)), data=tuple(words))


def numbers(name: str, values: list[float], *sizes: int, datatype: str = "FP32") -> Output:
    shape = (1, *(sizes or (len(values),)))
    return Output(name=name, datatype=datatype, shape=shape, data=tuple(values))


def declared(name: str, **facts: Any) -> Field:
    return Field(name=name, kind=facts.pop("kind", "tensor"), **facts)


CAR = {"box": [2, 3, 20, 25], "label": "car", "score": 0.9}
HF = {"box": {"xmin": 1, "ymin": 2, "xmax": 9, "ymax": 8}, "label": "cat", "score": 0.5}
COCO = {"bbox": [20, 10, 5, 6], "category": "dog", "category_id": 3}
PIECES = [
    {"text": "TOTAL", "score": 0.99, "points": [[2, 2], [12, 2], [12, 8], [2, 8]]},
    {"text": "7.40", "score": 0.8, "points": [[14, 2], [20, 2], [20, 8], [14, 8]]},
    {"text": "Thank you!", "score": 0.97, "points": [[2, 9], [20, 9], [20, 16], [2, 16]]},
]
OUTLINE = {"label": "lake", "segmentation": [[1, 1, 30, 2, 28, 20]]}

DISC = [[int((x - 20) ** 2 + (y - 12) ** 2 < 64) for x in range(40)] for y in range(30)]
RUNS = {"size": [9, 10], "counts": [6, 1, 40, 4, 5, 4, 5, 4, 21]}
STRIPES = [3 * (y // 10 % 2) for y in range(30) for _ in range(40)]  # of class 0 and class 3


def mask_png(mode: str = "L") -> str:
    """The disc as a picture in base64, as HuggingFace's pipelines answer it."""
    picture = Image.new("L", (40, 30))
    picture.putdata([255 * belongs for row in DISC for belongs in row])
    buffer = io.BytesIO()
    picture.convert(mode).save(buffer, "PNG")
    return b64encode(buffer.getvalue()).decode()


def stacked(name: str, values: list[Any], *shape: int, datatype: str = "FP32") -> Output:
    """One row of things beside each other."""
    return Output(name=name, datatype=datatype, shape=(1, *shape), data=tuple(values))


ANSWERED: dict[str, tuple[list[Output], list[Field], str, str]] = {
    "class": (
        [numbers("probs", [0.25, 0.75])],
        [declared("probs", role="probabilities", labels=("no", "yes"))],
        "class",
        "yes",
    ),
    "multilabel": (
        [numbers("probs", [0.9, 0.2, 0.7])],
        [declared("probs", role="probabilities", labels=("sport", "money", "music"))],
        "multilabel",
        "sport, music",
    ),
    "multilabel by its labels": (
        [numbers("tags", [0.1, 0.2, 0.1])],
        [declared("tags", role="class", labels=("sport", "money", "music"))],
        "multilabel",
        "None of the labels",
    ),
    "number": ([numbers("y", [2.5])], [], "number", "2.5"),
    "interval by names": (
        [numbers("price_p05", [10]), numbers("price", [12]), numbers("price_p95", [20])],
        [declared("price", unit="€")],
        "number",
        "12 €",
    ),
    "interval of lower and upper": (
        [numbers("lower", [1]), numbers("upper", [3]), numbers("prediction", [2])],
        [],
        "number",
        "2",
    ),
    "interval by labels": (
        [numbers("quantiles", [1, 2, 4])],
        [declared("quantiles", labels=("q0.1", "q0.5", "q0.9"), role="detail")],
        "number",
        "2",
    ),
    "text": ([texts("out", "Hello there")], [], "text", "Hello there"),
    "text in a picture": (
        [texts("text", "TOTAL 7.40\nThank you!"), texts("pieces", PIECES)],
        [declared("text", role="text"), declared("pieces", role="boxes")],
        "text",
        "TOTAL 7.40\nThank you!",
    ),
    "text beside boxes of things": (
        [texts("text", "a busy street"), texts("found", [CAR])],
        [declared("text", role="text")],
        "boxes",
        "1 × car",
    ),
    "segments": (
        [texts("speech", [{"start": 0.5, "end": 2.0}])],
        [declared("speech", role="segments")],
        "segments",
        "1.5 s of speech in 1 segment",
    ),
    "boxes": ([texts("found", [CAR, CAR | {"label": "bus"}, CAR])], [], "boxes", "2 × car, 1 × bus"),
    "boxes with names": ([texts("found", {"predictions": [HF]})], [], "boxes", "1 × cat"),
    "boxes of sizes": ([texts("found", [COCO])], [], "boxes", "1 × dog"),
    "outlines": ([texts("found", [OUTLINE])], [], "boxes", "1 × lake"),
    "masks as grids": ([texts("found", [CAR | {"mask": DISC}])], [], "boxes", "1 × car"),
    "masks as runs": (
        [texts("found", [{"label": "cat", "segmentation": RUNS}])],
        [],
        "boxes",
        "1 × cat",
    ),
    "masks as COCO's text": (
        [texts("found", [COCO | {"segmentation": RUNS | {"counts": "61X13mN000`0"}}])],
        [],
        "boxes",
        "1 × dog",
    ),
    "masks as pictures": (
        [texts("found", [{"label": "sky", "score": None, "mask": mask_png()}])],
        [],
        "boxes",
        "1 × sky",
    ),
    "masks side by side": (
        [texts("out", {"masks": [DISC, DISC], "labels": ["a", "b"], "scores": [0.9, 0.8]})],
        [],
        "boxes",
        "1 × a, 1 × b",
    ),
    "masks as tensors": (
        [
            stacked("boxes", [2.0, 3, 20, 25, 5, 5, 9, 9], 2, 4),
            stacked("labels", [2, 1], 2, datatype="INT64"),
            stacked("scores", [0.75, 0.25], 2),
            stacked("masks", [n * 0.7 for _ in range(2) for row in DISC for n in row], 2, 1, 30, 40),
        ],
        [declared("labels", labels=("nothing", "cat", "dog"), role="class")],
        "boxes",
        "1 × dog, 1 × cat",
    ),
    "nothing among tensors": (
        [stacked("boxes", [], 0, 4), stacked("scores", [], 0), stacked("masks", [], 0, 1, 9, 9)],
        [],
        "boxes",
        "Nothing found",
    ),
    "classes of pixels": (
        [stacked("classes", STRIPES, 30, 40, datatype="INT64")],
        [declared("classes", labels=("road", "sky", "car", "tree"), role="")],
        "regions",
        "road 67\u00a0%, tree 33\u00a0%",
    ),
    "classes of pixels without words": (
        [stacked("out", STRIPES, 1, 30, 40, datatype="UINT8")],
        [],
        "regions",
        "Class 0 67\u00a0%, Class 3 33\u00a0%",
    ),
    "how likely each class is at each pixel": (
        [stacked("segmentation", [*map(float, STRIPES), *[1.0] * 1200], 2, 30, 40)],
        [],
        "regions",
        "Class 1 67\u00a0%, Class 0 33\u00a0%",
    ),
    "how likely a pixel belongs": (
        [stacked("lung_mask", [n * 0.8 for row in DISC for n in row], 1, 30, 40)],
        [],
        "regions",
        "Lung mask 16\u00a0%",
    ),
    "classes of pixels in JSON": (
        [texts("out", {"class_map": DISC, "id2label": {"0": "ground", "1": "disc"}})],
        [],
        "regions",
        "ground 84\u00a0%, disc 16\u00a0%",
    ),
    "picture in base64": ([texts("out", b64encode(png()).decode())], [], "image", "A picture"),
    "picture as a data URL": (
        [texts("out", "data:image/png;base64," + b64encode(png()).decode())],
        [],
        "image",
        "A picture",
    ),
    "pixels": (
        [numbers("out", [i % 256 for i in range(10 * 12 * 3)], 10, 12, 3, datatype="UINT8")],
        [],
        "image",
        "A picture",
    ),
    "colours first": ([numbers("out", [0.5] * 3 * 16 * 16, 3, 16, 16)], [], "image", "A picture"),
    "table": ([texts("rows", [{"a": 1, "b": "x"}, {"a": 2, "c": [1]}])], [], "table", "2 rows"),
    "matrix with names": (
        [numbers("m", [1, 2, 3, 4], 2, 2)],
        [declared("m", labels=("low", "high"), role="")],
        "table",
        "2 rows",
    ),
    "embedding": ([numbers("embedding", [0.1, -0.2] * 192)], [], "vector", "384 numbers"),
    "tree": ([texts("a", "x", "y"), numbers("m", [1.0, 2, 3, 4], 2, 2)], [], "tree", "The model answered in a form of its own"),
}  # fmt: skip
