"""Seldon Core 2: its agent counts every call for a model, those about its metadata too; its histogram is of all models.

https://docs.seldon.ai/seldon-core-2/user-guide/operational-monitoring
"""

from health.server_metrics.contract import Reader

READERS = (
    Reader(
        title="Seldon Core 2",
        label="model",
        asked=("seldon_model_infer_total",),
        code="code",
        seconds="seldon_model_infer_seconds_total",
        timed="seldon_model_infer_total",
        buckets="seldon_model_infer_api_seconds_bucket",
        buckets_of_all=True,
    ),
)
