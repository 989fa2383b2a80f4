"""KServe's Python server: a histogram of the time within a model's `predict`; it counts no failures.

https://github.com/kserve/kserve/blob/master/python/kserve/kserve/metrics.py
"""

from health.server_metrics.contract import Reader

_TIMES = "request_predict_seconds"

READERS = (
    Reader(
        title="KServe",
        label="model_name",
        asked=(f"{_TIMES}_count",),
        seconds=f"{_TIMES}_sum",
        timed=f"{_TIMES}_count",
        buckets=f"{_TIMES}_bucket",
    ),
)
