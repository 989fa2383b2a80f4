"""MLflow's own scoring server (`mlflow models serve`): one model without a name and without a description.

https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence

from mds_client.protocols.kserve_v1 import numbers, plain
from mds_client.protocols.protocol import JSON, Conversation, body_of
from mds_client.protocols.sagemaker import SageMaker
from mds_client.signature import File, Signature, Values
from mds_client.transport.exchange import Request

_VERSION = re.compile(r"\d+\.\d+(\.\w+)*")


class MlflowScoring(SageMaker):
    """The scoring server of MLflow 2 and 3. It keeps the contract of SageMaker's containers."""

    NAME = "mlflow-scoring"
    TITLE = "MLflow scoring server"
    ORDER = 60

    def detect(self) -> Conversation[str]:
        response = yield Request(method="GET", path="/version")
        version = response.body[:100].decode("utf-8", "replace").strip().strip('"')
        if response.status != 200 or not _VERSION.fullmatch(version):
            return ""
        # MLflow's tracking server has a version too, but no /ping.
        ping = yield Request(method="GET", path="/ping")
        if ping.status != 200 or ping.body.strip():
            return ""
        return f"GET /version answered {version} and GET /ping answered."

    def predict_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request:
        return Request(
            method="POST",
            path="/invocations",
            body=body_of(_content(signature, rows)),
            headers=JSON,
            request_id=request_id,
        )


def _content(signature: Signature, rows: Sequence[Values]) -> dict[str, object]:
    """A table for named columns, tensors by name, and bare rows where no names are known."""
    fields = signature.inputs
    if signature.layout == "unknown":
        return {"inputs": [numbers(row.get(fields[0].name)) for row in rows]}
    if any(field.kind == "tensor" for field in fields):
        return {"inputs": {f.name: [_cell(row.get(f.name)) for row in rows] for f in fields}}
    data = [[_cell(row.get(field.name)) for field in fields] for row in rows]
    if _are_numbered(signature):
        return {"inputs": data}
    return {"dataframe_split": {"columns": [field.name for field in fields], "data": data}}


def _are_numbered(signature: Signature) -> bool:
    """Whether the column names are only numbered here: the model knows no such names."""
    names = [field.name for field in signature.inputs]
    numbered = [f"column {i + 1}" for i in range(len(names))]
    return signature.layout == "matrix" and names == numbered


def _cell(value: object) -> object:
    """MLflow's binary columns are bare base64."""
    if isinstance(value, File):
        value = value.data
    return base64.b64encode(value).decode() if isinstance(value, bytes) else plain(value)


PROTOCOL = MlflowScoring
