"""KServe's Python server on loopback with a typed and an untyped model, one that explains and one that breaks."""

import sys

import kserve
import numpy as np
import uvicorn
from kserve import InferOutput, InferResponse, Model, ModelServer
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression

bound = uvicorn.Config.__init__


def on_loopback(self, *args, **kwargs):
    """KServe listens on every address unless it is told otherwise here."""
    bound(self, *args, **kwargs | {"host": "127.0.0.1"})


uvicorn.Config.__init__ = on_loopback
ROWS, TRUTHS = load_breast_cancer(return_X_y=True)
SCALE = ROWS.max(axis=0)


class Classifier(Model):
    def __init__(self, name):
        super().__init__(name)
        self.fitted = LogisticRegression(max_iter=200).fit(ROWS / SCALE, TRUTHS)
        self.ready = True

    def predict(self, payload, headers=None, response_headers=None):
        if isinstance(payload, dict):
            rows = np.array(payload.get("instances") or payload.get("inputs"), dtype=float)
            return {"predictions": self.fitted.predict(rows / SCALE).tolist()}
        rows = payload.inputs[0].as_numpy().astype(float)
        found = self.fitted.predict_proba(rows / SCALE)
        output = InferOutput(name="probabilities", shape=list(found.shape), datatype="FP64")
        output.set_data_from_numpy(found, binary_data=False)
        return InferResponse(model_name=self.name, infer_outputs=[output], response_id=payload.id)

    async def explain(self, payload, headers=None):
        rows = np.array(payload["instances"], dtype=float)
        return {"explanations": (self.fitted.coef_[0] * rows / SCALE).tolist()}


class Typed(Classifier):
    def get_input_types(self):
        return [{"name": "features", "datatype": "FP64", "shape": [-1, 30]}]

    def get_output_types(self):
        return [{"name": "probabilities", "datatype": "FP64", "shape": [-1, 2]}]


class Crash(Classifier):
    def predict(self, payload, headers=None, response_headers=None):
        raise ValueError("boom")


if __name__ == "__main__":
    sys.argv = [
        "kserve",
        "--http_port",
        sys.argv[1],
        "--enable_grpc",
        "false",
        "--configure_logging",
        "false",
    ]
    chosen, _ = kserve.model_server.parser.parse_known_args()
    ModelServer(http_port=chosen.http_port, enable_grpc=False, workers=1).start(
        [Classifier("bc"), Typed("bc-typed"), Crash("crash")]
    )
