"""Logs and registers models through a tracking server, whose URL is the argument.

The alias `ready` of the model `pixels` is set when everything is there.
"""

import os
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

url = sys.argv[1]
os.environ["MLFLOW_TRACKING_URI"] = url
import mlflow
import numpy as np
from mlflow.models import ModelSignature, infer_signature
from mlflow.types import ColSpec, DataType, Schema, TensorSpec
from mlflow.types.schema import Array
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


class Nothing(mlflow.pyfunc.PythonModel):
    """Answers nothing much."""

    def predict(self, context, model_input, params=None):
        return [0] * len(model_input)


def wait() -> None:
    """For as long as the test does."""
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{url}/health", timeout=5).read()
            return
        except OSError:
            time.sleep(0.2)


def log_tumour(columns: int, **options: object) -> None:
    rows, truths = load_breast_cancer(return_X_y=True, as_frame=True)
    rows = rows.iloc[:, :columns]
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(rows, truths)
    mlflow.sklearn.log_model(
        model,
        name="model",
        signature=infer_signature(rows, model.predict(rows), params={"threshold": 0.5}),
        input_example=rows.head(3),
        registered_model_name="tumour",
        pip_requirements=["scikit-learn"],
        serialization_format="cloudpickle",
        **options,
    )


def log_plain(name: str, inputs: Schema, **options: object) -> None:
    mlflow.pyfunc.log_model(
        python_model=Nothing(),
        name="model",
        signature=ModelSignature(inputs=inputs, outputs=Schema([ColSpec("long")])),
        registered_model_name=name,
        pip_requirements=[],
        **options,
    )


wait()
client = mlflow.MlflowClient()
words = {
    "title": "Breast tumour",
    "question": "Is the tumour benign or malignant?",
    "labels": ["malignant", "benign"],
    "inputs": {"mean radius": {"label": "Radius", "unit": "µm", "min": 6.9, "max": 28.2}},
}
log_tumour(30, metadata={"mds": words})
log_tumour(4)
client.update_registered_model("tumour", "Tells **benign** from malignant.")
client.update_model_version("tumour", "1", "All columns.")
client.set_registered_model_tag("tumour", "team", "risk")
client.set_registered_model_tag("tumour", "mds.model", "s/model")
client.set_model_version_tag("tumour", "2", "validated", "no")
client.set_registered_model_alias("tumour", "champion", "1")
table = Schema(
    [
        ColSpec("string", "region"),
        ColSpec("long", "rooms"),
        ColSpec("double", "income", required=False),
        ColSpec("boolean", "garden"),
        ColSpec("datetime", "sold"),
        ColSpec("binary", "plan", required=False),
        ColSpec(Array(DataType.double), "visits"),
    ]
)
rooms = "\n".join(f"Bath,{n % 5},{n}.5,true,2020-01-01" for n in range(40))
with tempfile.TemporaryDirectory() as folder:
    rows = Path(folder) / "reference.csv"
    rows.write_text(f"region,rooms,income,garden,sold\n{rooms}\n")
    log_plain("houses", table, artifacts={"reference": str(rows)})
client.set_model_version_tag("houses", "1", "mds.reference", "artifacts/reference.csv")
pixels = Schema([TensorSpec(np.dtype("float32"), (-1, 2, 2))])
log_plain("pixels", pixels, input_example=np.ones((2, 2, 2), dtype=np.float32))
client.set_registered_model_alias("pixels", "ready", "1")
