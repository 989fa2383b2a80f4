"""Seldon Core 1: its executor has a histogram for a deployment as a whole, and one for each model within it.

https://docs.seldon.io/projects/seldon-core/en/latest/analytics/analytics.html
"""

from health.server_metrics.contract import Reader


def _reader(histogram: str, label: str, service: str) -> Reader:
    return Reader(
        title="Seldon Core",
        label=label,
        asked=(f"{histogram}_count",),
        code="code",
        seconds=f"{histogram}_sum",
        timed=f"{histogram}_count",
        buckets=f"{histogram}_bucket",
        only={"service": service},
    )


READERS = (
    _reader("seldon_api_executor_server_requests_seconds", "deployment_name", "predictions"),
    _reader("seldon_api_executor_client_requests_seconds", "model_name", ".*(predict|infer).*"),
)
