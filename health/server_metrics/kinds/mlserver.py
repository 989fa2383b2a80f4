"""MLServer: a sum of times by model, a histogram of its REST route for all models together.

https://mlserver.readthedocs.io/en/latest/user-guide/metrics.html
"""

from health.server_metrics.contract import Reader

_REST = "rest_server_request_duration_seconds"
_MODEL = "model_infer_request"

READERS = (
    Reader(
        title="MLServer",
        label="model",
        is_numbered=True,  # under Seldon Core 2
        asked=(f"{_MODEL}_success_total", f"{_MODEL}_failure_total"),
        failed=(f"{_MODEL}_failure_total",),
        seconds=f"{_MODEL}_duration_sum",
        timed=f"{_MODEL}_duration_count",
        buckets=f"{_REST}_bucket",
        buckets_of_all=True,
        only={"path": r".*/infer"},
    ),
)
