"""A small server of the Open Inference Protocol with models whose inputs and answers are out of the ordinary.

It answers what it is told to, whatever it is asked, and remembers the bodies that it was sent.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.listening import Handler, listening
from tests.mds_client.answered import png

HOSTILE = "<img src=x onerror=alert(1)> **b** [x](http://evil.example) :red[r] $a$"
Tensor = dict[str, Any]


def _tensor(name: str, datatype: str, shape: list[int], **parameters: Any) -> Tensor:
    return {"name": name, "datatype": datatype, "shape": shape, "parameters": parameters}


def _column(name: str, datatype: str, *examples: Any, **parameters: Any) -> Tensor:
    return _tensor(name, datatype, [-1, 1], examples=list(examples), **parameters)


def _answered(name: str, datatype: str, shape: list[int], data: list[Any]) -> Tensor:
    return {"name": name, "datatype": datatype, "shape": shape, "data": data}


def _text(name: str, value: object) -> Tensor:
    return _answered(
        name, "BYTES", [1, 1], [value if isinstance(value, str) else json.dumps(value)]
    )


PEOPLE = [f"Branch {number:04d}, {town}" for number in range(1000) for town in ("North", "South")]
LOAN = [
    _column("amount", "FP64", 12500.5, label="Amount", unit="€", format="currency", min=1000, max=50000),
    _column("rate", "FP64", 0.0725, label="Interest", format="fraction", min=0.01, max=0.2, maximum=1),
    _column("dependants", "INT64", 2, label="Dependants", minimum=0, maximum=12, optional=True),
    _column("housing", "INT64", 2, label="Housing", choices=[1, 2, 3], choice_labels=["rents", "owns", "lives with parents"]),
    _column("branch", "BYTES", PEOPLE[3], label="Branch", content_type="str", choices=PEOPLE),
    _column("account", "BYTES", "DE44500105175407324931", label="Account", content_type="str", format="identifier", pattern="DE[0-9]{20}"),
    _column("born", "BYTES", "1987-05-04", label="Born", kind="datetime", format="date"),
    _column("employed", "BOOL", True, label="Employed", optional=True),
    _column("applied", "BYTES", "2026-03-31T14:05:00", label="Applied", kind="datetime", format="date-time", group="Application"),
    _column("called", "BYTES", "09:30", label="Called", kind="datetime", format="time", group="Application"),
    _column("purpose", "BYTES", "a used car", label="Purpose", content_type="str", group="Application"),
    _column("note", "BYTES", "Asked for a short term.", label="Note", content_type="str", format="long", group="Application"),
]  # fmt: skip
ADDRESS = [
    _column("name", "BYTES", "Ana", content_type="str"),
    _column("address.street", "BYTES", "Main St 1", content_type="str", label="Street"),
    _column("address.city", "BYTES", "Porto", content_type="str", label="City"),
    _column("employer.city", "BYTES", "Lisbon", content_type="str", label="City"),
]
WIDE = [_column(f"sensor_{n:03d}", "FP64", n + 0.5, label=f"Sensor {n:03d}") for n in range(200)]
NUMBERS = [
    _tensor("weights", "FP64", [-1, 4], examples=[[0.1, 0.2, 0.3, 0.4]], label="Weights"),
    _tensor("grid", "FP64", [-1, 2, 3], examples=[[[1, 2, 3], [4, 5, 6]]], label="Grid"),
]
DOCUMENTS = [
    _column("tags", "BYTES", '["new", "urgent"]', kind="json", format="list", label="Tags"),
    _column(
        "limits", "BYTES", '{"low": 1.5, "high": 9}', kind="json", format="map", label="Limits"
    ),
    _column("rest", "BYTES", '{"a": [1, 2]}', kind="json", label="Everything else"),
]
PICTURE = {
    "name": "street.png",
    "media_type": "image/png",
    "data": b64encode(png(320, 200)).decode(),
}
STREET = [
    _column("picture", "BYTES", PICTURE, kind="image", content_type="base64", label="Picture")
]
MIXED = [
    _column("speech", "BYTES", kind="audio", content_type="base64", label="Speech", optional=True),
    _column("paper", "BYTES", kind="text", content_type="base64", label="Paper", optional=True),
]
ODD = [
    _column("x", "FP64", 1.0, label=HOSTILE, description=HOSTILE, unit=HOSTILE, group=HOSTILE),
    _column("y", "BYTES", HOSTILE, label=HOSTILE, kind="category", choices=[HOSTILE, "b"], choice_labels=[HOSTILE, "$b$"]),
]  # fmt: skip
FOUND = [
    {"label": "car", "score": 0.93, "box": [30, 60, 140, 150]},
    {"label": "car", "score": 0.61, "box": [170, 80, 240, 140]},
    {"label": "tree", "score": 0.88, "polygon": [[250, 20], [300, 30], [290, 180], [255, 170]]},
]
CELLS = [
    (70, 60, 34),
    (190, 120, 50),
    (265, 45, 24),
]  # middle and radius, in a picture of 320 × 200


def _in_cell(x: int, y: int, cell: tuple[int, int, int]) -> bool:
    return (x - cell[0]) ** 2 + 1.6 * (y - cell[1]) ** 2 < cell[2] ** 2


def _land(x: int, y: int) -> int:
    """Sky, hill and lake."""
    return 1 if y < 70 + x / 8 else 2 if (x - 230) ** 2 + 3 * (y - 160) ** 2 < 70**2 else 0


MODELS: dict[str, tuple[list[Tensor], list[Tensor], list[Tensor]]] = {
    "loan": (
        LOAN,
        [_tensor("loss", "FP64", [-1, 1], label="Expected loss", unit="€")],
        [_answered("loss", "FP64", [1, 1], [412.5]), _answered("loss_p05", "FP64", [1, 1], [120.0]), _answered("loss_p95", "FP64", [1, 1], [980.0])],
    ),
    "address": (ADDRESS, [], [_text("letter", "Dear Ana,\n\nplease find enclosed …\n" * 80)]),
    "wide": (
        WIDE,
        [_tensor("alarms", "FP64", [-1, 5], role="probabilities", labels=["heat", "leak", "noise", "dust", "wear"])],
        [_answered("alarms", "FP64", [1, 5], [0.91, 0.12, 0.67, 0.03, 0.44])],
    ),
    "numbers": (NUMBERS, [], [_answered("embedding", "FP32", [1, 384], [((n * 37) % 101 - 50) / 50 for n in range(384)])]),
    "documents": (DOCUMENTS, [], [_text("rows", [{"name": "low", "share": 0.25, "ok": True}, {"name": "high", "share": 0.75, "ok": False}])]),
    "street": (STREET, [], [_text("found", FOUND)]),
    "cells": (
        STREET,
        [_tensor("labels", "INT64", [-1], labels=["nothing", "round cell", "long cell"])],
        [
            _answered("boxes", "FP32", [3, 4], [n for x, y, r in CELLS for n in (x - r, y - r * 0.8, x + r, y + r * 0.8)]),
            _answered("labels", "INT64", [3], [1, 2, 1]),
            _answered("scores", "FP32", [3], [0.97, 0.81, 0.55]),
            _answered("masks", "FP32", [3, 1, 100, 160], [0.9 * _in_cell(2 * x, 2 * y, c) for c in CELLS for y in range(100) for x in range(160)]),
        ],
    ),
    "land": (
        STREET,
        [_tensor("classes", "UINT8", [-1, 200, 320], labels=["hill", "sky", "lake"], role="")],
        [_answered("classes", "UINT8", [1, 200, 320], [_land(x, y) for y in range(200) for x in range(320)])],
    ),
    "digit": (
        [_tensor("pixels", "FP32", [-1, 28, 28, 1], label="Digit")],
        [_tensor("probs", "FP32", [-1, 2], labels=["zero", "one"], role="probabilities")],
        [_answered("probs", "FP32", [1, 2], [0.25, 0.75])],
    ),
    "photograph": (
        [_column("photo", "BYTES", kind="image", content_type="base64", label="Photo", media_types=["image/jpeg"])],
        [],
        [_text("found", FOUND)],
    ),
    "painter": (STREET, [], [_answered("image", "UINT8", [1, 64, 96, 3], [(x * 2 + y * c) % 256 for y in range(64) for x in range(96) for c in (1, 2, 3)])]),
    "mixed": (MIXED, [], [_text("out", {"deep": {"er": [1, 2, {"x": None}]}, "list": [1]}), _answered("pair", "FP32", [1, 2, 2], [1.0, 2.0, 3.0, 4.0])]),
    "odd": (ODD, [_tensor("label", "BYTES", [-1, 1], role="class")], [_text("label", HOSTILE)]),
}  # fmt: skip


class _Handler(Handler):
    sent: dict[str, Any]

    def do_GET(self) -> None:
        if self.path == "/v2":
            self.send_json({"name": "odd", "version": "1", "extensions": []})
        elif self.path.startswith("/v2/health"):
            self.send_json({})
        elif (name := self.path.removeprefix("/v2/models/")) in MODELS:
            inputs, outputs, _ = MODELS[name]
            self.send_json({"name": name, "platform": "odd", "inputs": inputs, "outputs": outputs})
        else:
            self.send_json({"error": "no such model"}, 404)

    def do_POST(self) -> None:
        body = self.received()
        if self.path == "/v2/repository/index":
            self.send_json([{"name": name, "state": "READY"} for name in MODELS])
            return
        name = self.path.removeprefix("/v2/models/").removesuffix("/infer")
        self.sent[name] = json.loads(body)
        self.send_json({"model_name": name, "outputs": MODELS[name][2]})


@contextmanager
def odd_models() -> Iterator[tuple[int, dict[str, Any]]]:
    """The port of the server, and the last body that each model was sent."""
    sent: dict[str, Any] = {}
    with listening(type("Handler", (_Handler,), {"sent": sent})) as server:
        yield server.server_port, sent


def data_of(body: dict[str, Any]) -> dict[str, Any]:
    """The data of each tensor of a request."""
    return {tensor["name"]: tensor["data"] for tensor in body["inputs"]}
