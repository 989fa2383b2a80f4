"""Ray Serve: a histogram of a deployment's time in milliseconds, with counters beside it: by the route of an operation as the
workbench calls it, or an application or its deployment.

https://docs.ray.io/en/latest/serve/monitoring.html
"""

from health.server_metrics.contract import Reader

_TIMES = "ray_serve_deployment_processing_latency_ms"


def _reader(label: str, *, is_route: bool = False) -> Reader:
    return Reader(
        title="Ray Serve",
        label=label,
        is_route=is_route,
        asked=(f"{_TIMES}_count",),
        failed=("ray_serve_deployment_error_counter_total",),
        seconds=f"{_TIMES}_sum",
        timed=f"{_TIMES}_count",
        unit=1e-3,
        buckets=f"{_TIMES}_bucket",
        bucket_unit=1e-3,
    )


READERS = (_reader("route", is_route=True), _reader("deployment"), _reader("application"))
