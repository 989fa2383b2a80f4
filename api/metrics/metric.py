"""A metric as it is declared, with the charts that draw it and the rules that watch it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A chart of the dashboard: `query` in PromQL, `unit` as Grafana calls it."""

    title: str
    query: str
    legend: str
    unit: str = "short"


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A rule: it fires where `query` has had a result for `wait`. `summary` and `advice` are for who is called."""

    name: str
    query: str
    wait: str
    severity: Literal["critical", "warning"]
    summary: str
    advice: str


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric. `name` is what a query asks for; a counter's ends in `_total`. `unit` is in words."""

    name: str
    kind: Literal["counter", "gauge"]
    unit: str
    says: str
    labels: tuple[str, ...] = ()
    panels: tuple[Panel, ...] = ()
    alerts: tuple[Alert, ...] = ()
