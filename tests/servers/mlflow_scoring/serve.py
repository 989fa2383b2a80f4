"""MLflow's scoring server on loopback, with a scikit-learn model that has a signature."""

import os
import sys
from pathlib import Path

port, folder = sys.argv[1], Path(sys.argv[4])
os.environ |= {
    "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
}
import mlflow.sklearn
from mlflow.models import infer_signature
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

rows, truths = load_breast_cancer(return_X_y=True, as_frame=True)
model = make_pipeline(StandardScaler(), LogisticRegression()).fit(rows, truths)
mlflow.sklearn.save_model(
    model,
    folder / "model",
    signature=infer_signature(rows, model.predict(rows)),
    input_example=rows.head(2),
    pip_requirements=["scikit-learn"],
    serialization_format="cloudpickle",
)
os.execv(
    Path(sys.executable).parent / "mlflow",
    [
        "mlflow",
        "models",
        "serve",
        "-m",
        str(folder / "model"),
        "-h",
        "127.0.0.1",
        "-p",
        port,
        "--env-manager",
        "local",
    ],
)
