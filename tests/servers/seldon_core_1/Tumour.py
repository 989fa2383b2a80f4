"""A classifier as Seldon's Python wrapper serves it: names, class names, metadata, feedback; jsonData is echoed."""

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression


class Tumour:
    def __init__(self):
        data = load_breast_cancer()
        self.names = [str(name) for name in data.feature_names]
        self.scale = data.data.max(axis=0)
        self.model = LogisticRegression(max_iter=200).fit(data.data / self.scale, data.target)

    def predict(self, X, names=None, meta=None):
        if not isinstance(X, np.ndarray):
            return X
        return self.model.predict_proba(np.asarray(X, dtype=float) / self.scale)

    def class_names(self):
        return ["malignant", "benign"]

    def send_feedback(self, features, feature_names, reward, truth, routing=None):
        return [reward]

    def init_metadata(self):
        return {
            "name": "tumour",
            "versions": ["tumour/3"],
            "platform": "seldon-custom",
            "inputs": [{"messagetype": "ndarray", "schema": {"names": self.names, "shape": [30]}}],
            "outputs": [
                {"messagetype": "ndarray", "schema": {"names": self.class_names(), "shape": [2]}}
            ],
        }
