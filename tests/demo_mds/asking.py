"""One who asks models with nothing but what each of them says about itself."""

import base64
from collections.abc import Sequence

import httpx

DESCRIBED = (
    "breast-cancer",
    "diabetes-progress",
    "digits",
    "flaky",
    "language-id",
    "ocr",
    "penguins/versions/v1",
    "penguins/versions/v2",
    "sentiment",
    "slow",
    "speech",
)


class Asker:
    """Asks models over the Open Inference Protocol."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def metadata(self, path: str) -> dict:
        return self.http.get(f"/v2/models/{path}").raise_for_status().json()

    def post(self, path: str, body: dict) -> httpx.Response:
        return self.http.post(f"/v2/models/{path}/infer", json=body)

    def ask(self, path: str, rows: Sequence[int] | None = None) -> dict[str, list]:
        """The answers to these examples of the model (all of them), row by row under each output."""
        metadata = self.metadata(path)
        places = range(how_many_examples(metadata)) if rows is None else rows
        answer = self.post(path, question(metadata, places))
        assert answer.status_code == 200, answer.text
        return rows_of(answer.json())


def fields(metadata: dict) -> list[dict]:
    """The words of every field: of each input, or of each column of a matrix."""
    words = [tensor["parameters"] for tensor in metadata["inputs"]]
    return words[0].get("columns", words)


def how_many_examples(metadata: dict) -> int:
    return len(fields(metadata)[0]["examples"])


def question(metadata: dict, rows: Sequence[int]) -> dict:
    """A request for these example rows and every declared output."""
    body = {
        "inputs": [filled(tensor, rows) for tensor in metadata["inputs"]],
        "outputs": [{"name": tensor["name"]} for tensor in metadata["outputs"]],
    }
    if content_type := metadata["parameters"].get("content_type"):
        body["parameters"] = {"content_type": content_type}
    return body


def filled(tensor: dict, rows: Sequence[int]) -> dict:
    words = tensor["parameters"]
    columns = words.get("columns", [words])
    data = [wire(column["examples"][row], tensor) for row in rows for column in columns]
    return {
        "name": tensor["name"],
        "datatype": tensor["datatype"],
        "shape": [len(rows), len(columns)],
        "parameters": {"content_type": words["content_type"]},
        "data": data,
    }


def wire(value: object, tensor: dict) -> object:
    if isinstance(value, dict):
        return value["data"]
    return "" if value is None and tensor["datatype"] == "BYTES" else value


def rows_of(answer: dict) -> dict[str, list]:
    return {tensor["name"]: folded(tensor) for tensor in answer["outputs"]}


def folded(tensor: dict) -> list:
    count, width = tensor["shape"]
    data = tensor["data"]
    return data if width == 1 else [data[row * width : (row + 1) * width] for row in range(count)]


def uploads(name: str, files: list[bytes]) -> dict:
    data = [base64.b64encode(file).decode() for file in files]
    words = {"content_type": "base64"}
    shape = [len(data), 1]
    tensor = {"name": name, "datatype": "BYTES", "shape": shape, "data": data, "parameters": words}
    return {"inputs": [tensor]}
