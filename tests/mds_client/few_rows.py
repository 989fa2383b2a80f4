"""A server whose model takes few rows at once, over real HTTP, in the Open Inference Protocol."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.listening import Handler, listening, url_of

MOST = 8
BAD = 13
METADATA = {
    "name": "few",
    "platform": "test",
    "inputs": [{"name": "x", "datatype": "INT64", "shape": [-1, 1]}],
    "outputs": [{"name": "y", "datatype": "INT64", "shape": [-1, 1]}],
}


@contextmanager
def few_rows() -> Iterator[tuple[str, list[int]]]:
    """The URL, and how many rows each prediction had. It refuses more than MOST rows, and the value BAD."""
    asked: list[int] = []

    class Few(Handler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_json(METADATA if self.path.endswith("/few") else {"live": True})

        def do_POST(self) -> None:
            sent = json.loads(self.received())
            (numbers,) = (tensor["data"] for tensor in sent["inputs"])
            asked.append(len(numbers))
            if len(numbers) > MOST:
                self.send_json({"error": f"at most {MOST} rows, got {len(numbers)}"}, 400)
            elif BAD in numbers:
                self.send_json({"error": f"{BAD} brings bad luck"}, 400)
            else:
                shape = [len(numbers), 1]
                output = {"name": "y", "datatype": "INT64", "shape": shape, "data": numbers}
                self.send_json({"model_name": "few", "outputs": [output]})

    with listening(Few) as server:
        yield url_of(server), asked
