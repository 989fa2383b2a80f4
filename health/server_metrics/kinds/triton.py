"""Triton: counters by model, their times in microseconds, of the requests that succeeded.

https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/user_guide/metrics.html
"""

from health.server_metrics.contract import Reader

READERS = (
    Reader(
        title="Triton",
        label="model",
        asked=("nv_inference_request_success", "nv_inference_request_failure"),
        failed=("nv_inference_request_failure",),
        seconds="nv_inference_request_duration_us",
        timed="nv_inference_request_success",
        unit=1e-6,
    ),
)
