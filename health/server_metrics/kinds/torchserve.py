"""TorchServe in its Prometheus mode: counters by model; what failed is counted for the whole server alone.

https://github.com/pytorch/serve/blob/master/docs/metrics.md
"""

from health.server_metrics.contract import Reader

READERS = (
    Reader(
        title="TorchServe",
        label="model_name",
        asked=("ts_inference_requests_total",),
        seconds="ts_inference_latency_microseconds",
        timed="ts_inference_requests_total",
        unit=1e-6,
    ),
)
