"""A classifier of breast tumours: 30 numbers in, two probabilities out."""

import os
import sys

sys.path.insert(0, os.environ["SERVER_SITE"])  # the stub forgets PYTHONPATH
import numpy as np
import triton_python_backend_utils as pb
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression


class TritonPythonModel:
    def initialize(self, args):
        rows, truths = load_breast_cancer(return_X_y=True)
        self.scale = rows.max(axis=0)
        self.model = LogisticRegression(max_iter=200).fit(rows / self.scale, truths)

    def execute(self, requests):
        return [self.answer(request) for request in requests]

    def answer(self, request):
        rows = pb.get_input_tensor_by_name(request, "features").as_numpy()
        proba = self.model.predict_proba(rows / self.scale).astype(np.float32)
        return pb.InferenceResponse([pb.Tensor("proba", proba)])
