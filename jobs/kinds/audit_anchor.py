"""Exports the end of the trail every hour, where a file is set for it."""

from __future__ import annotations

from typing import Protocol

from audit_log.anchors import export
from audit_log.errors import AnchorsUnusable
from db.engine import Sessions
from jobs.contract import Kind, Outcome, Run
from jobs.errors import JobFailed
from settings import Settings

NAME = "audit-anchor"


class Tools(Protocol):
    """What it needs."""

    @property
    def sessions(self) -> Sessions: ...

    @property
    def settings(self) -> Settings: ...


def kind(tools: Tools) -> Kind:
    """Appends the signed end of each chain to the file of the settings."""

    def run(run: Run, _input: object) -> Outcome:
        path = tools.settings.audit_anchors
        if path is None:
            return Outcome(sentence="No file is set for anchors.")
        try:
            anchors = export(tools.sessions, path, tools.settings.audit_key.get_secret_value())
        except (AnchorsUnusable, OSError) as error:
            raise JobFailed(
                "The end of the trail was not exported.",
                advice=f"Check audit_anchors and MDS_AUDIT_KEY: {error}",
            ) from error
        return Outcome(sentence=f"Chains of which the end was exported: {len(anchors)}.")

    schedule = "23 * * * *" if tools.settings.audit_anchors else ""
    return Kind(
        name=NAME,
        title="Export the end of the trail",
        run=run,
        schedule=schedule,
        permission="operate",
    )
