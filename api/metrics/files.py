"""Writes what is made from the list of metrics: `python -m api.metrics.files`.

The table in docs/metrics.md, a Grafana dashboard and Prometheus alert rules; a test fails where a file is stale.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from api.metrics.definitions import METRICS
from api.metrics.metric import Alert, Metric, Panel
from settings import ROOT

GUIDE = ROOT / "docs" / "metrics.md"
DASHBOARD = ROOT / "deploy" / "grafana" / "workbench.json"
RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"
_BETWEEN = re.compile(r"(<!-- metrics: begin.*?-->\n).*?(<!-- metrics: end -->)", re.DOTALL)
_MADE_BY = (
    "Made by `python -m api.metrics.files`; change the list in api/metrics/definitions.py instead."
)
# Grafana's grid has 24 columns.
_WIDTH, _HEIGHT, _A_ROW = 8, 7, 3
_SOURCE = {"type": "prometheus", "uid": "${source}"}


def files() -> dict[Path, str]:
    """Every file with what stands in it now."""
    guide = GUIDE.read_text(encoding="utf-8")
    return {GUIDE: with_table(guide), DASHBOARD: dashboard(), RULES: rules()}


def with_table(guide: str) -> str:
    """The guide with the tables of metrics and alerts as they are now."""
    tables = f"{_table()}\n{_alert_table()}"
    return _BETWEEN.sub(lambda found: found.group(1) + tables + found.group(2), guide)


def dashboard() -> str:
    """A dashboard for Grafana 9 and later, as it imports it: one panel for each chart of the list."""
    panels = [_panel(place, panel, metric) for place, (panel, metric) in enumerate(_panels())]
    board = {
        "title": "MDS Workbench",
        "uid": "mds-workbench",
        "description": _MADE_BY,
        "tags": ["mds-workbench"],
        "schemaVersion": 38,
        "editable": True,
        "timezone": "browser",
        "time": {"from": "now-24h", "to": "now"},
        "refresh": "1m",
        "templating": {"list": [_source()]},
        "panels": panels,
    }
    return json.dumps(board, indent=2, ensure_ascii=False) + "\n"


def rules() -> str:
    """A file of alert rules, as promtool checks it."""
    head = f"# {_MADE_BY}\ngroups:\n  - name: mds-workbench\n    rules:\n"
    return head + "".join(_rule(alert) for metric in METRICS for alert in metric.alerts)


def _panels() -> Iterator[tuple[Panel, Metric]]:
    return ((panel, metric) for metric in METRICS for panel in metric.panels)


def _source() -> dict[str, Any]:
    return {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}


def _panel(place: int, panel: Panel, metric: Metric) -> dict[str, Any]:
    row, column = divmod(place, _A_ROW)
    return {
        "id": place + 1,
        "type": "timeseries",
        "title": panel.title,
        "description": f"{metric.says}.",
        "datasource": _SOURCE,
        "gridPos": {"h": _HEIGHT, "w": _WIDTH, "x": column * _WIDTH, "y": row * _HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {
                "refId": "A",
                "datasource": _SOURCE,
                "expr": panel.query,
                "legendFormat": panel.legend,
            }
        ],
    }


def _rule(alert: Alert) -> str:
    """One rule in YAML. A text of JSON is one of YAML, too."""
    lines = {
        "      - alert": alert.name,
        "        expr": json.dumps(alert.query),
        "        for": alert.wait,
        "        labels": "",
        "          severity": alert.severity,
        "        annotations": "",
        "          summary": json.dumps(alert.summary),
        "          description": json.dumps(alert.advice),
    }
    return "".join(f"{name}: {value}".rstrip() + "\n" for name, value in lines.items())


def _table() -> str:
    rows = "".join(
        f"| `{m.name}` | {m.kind} | {m.unit} | {', '.join(f'`{each}`' for each in m.labels) or 'none'} | {m.says} |\n"
        for m in METRICS
    )
    return f"| metric | kind | unit | labels | meaning |\n| --- | --- | --- | --- | --- |\n{rows}"


def _alert_table() -> str:
    rows = "".join(
        f"| `{a.name}` | {a.severity} | `{_in_cell(a.query)}` for {a.wait} | {a.advice} |\n"
        for m in METRICS
        for a in m.alerts
    )
    return f"| alert | severity | fires when | what to do |\n| --- | --- | --- | --- |\n{rows}"


def _in_cell(query: str) -> str:
    return query.replace("|", "\\|")


def write() -> None:
    """Bring every file up to date."""
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
