"""A model for Triton that answers every tensor under the name OUT_ and its own; NumPy has no brain floats."""

import triton_python_backend_utils as pb


class TritonPythonModel:
    def execute(self, requests):
        return [pb.InferenceResponse([*map(passed, request.inputs())]) for request in requests]


def passed(tensor):
    name = f"OUT_{tensor.name()}"
    try:
        return pb.Tensor(name, tensor.as_numpy())
    except pb.TritonModelException:
        return pb.Tensor.from_dlpack(name, tensor.to_dlpack())
