"""What `mds audit` does with the trail in the database."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from audit_log.anchors import export, read
from audit_log.errors import AnchorsUnusable
from audit_log.verify import Report, verify
from cli.output import FAILED, GOOD, Wrong, document, say
from db.engine import Sessions, close, make_sessions
from db.migrate import migrate
from settings import Settings, settings


def run(chosen: argparse.Namespace) -> int:
    """Raises Wrong for a key or a file that cannot be used."""
    configured = settings()
    url = configured.database_url.get_secret_value()
    migrate(url)
    sessions = make_sessions(url)
    try:
        action = _anchor if chosen.action == "anchor" else _verify
        return action(chosen, configured, sessions)
    except AnchorsUnusable as error:
        raise Wrong(str(error)) from error
    finally:
        close(sessions)


def _anchor(chosen: argparse.Namespace, configured: Settings, sessions: Sessions) -> int:
    path = chosen.file or configured.audit_anchors
    if path is None:
        raise Wrong("Name the file that the anchor is appended to, or set audit_anchors.")
    try:
        made = export(sessions, path, configured.audit_key.get_secret_value())
    except OSError as error:
        raise Wrong(f"{path} cannot be written: {error.strerror or error}.") from error
    if chosen.json:
        document([asdict(anchor) for anchor in made])
        return GOOD
    for anchor in made:
        print(f"{path} holds the end of {anchor.workspace}: entry {anchor.number:,}, {anchor.hash}")
    if not made:
        print("The trail has no entry yet: nothing was written.")
    return GOOD


def _verify(chosen: argparse.Namespace, configured: Settings, sessions: Sessions) -> int:
    if chosen.file is not None:
        raise Wrong("Name the file of anchors after --anchors.")
    key = configured.audit_key.get_secret_value()
    anchors = read(chosen.anchors, key) if chosen.anchors else ()
    report = verify(sessions, anchors)
    if chosen.json:
        document({**asdict(report), "anchors": len(anchors)})
    else:
        _print(report, len(anchors))
    return FAILED if report.findings else GOOD


def _print(report: Report, anchors: int) -> None:
    for finding in report.findings:
        say(f"{finding.workspace}: {finding.sentence}" if finding.workspace else finding.sentence)
    compared = f", {anchors:,} anchors compared" if anchors else ""
    print(f"{report.entries:,} entries and {report.records:,} records checked{compared}.")
    if report.older:
        print(f"{report.older:,} records are older than the trail: it says nothing of them.")
    print("The trail holds." if not report.findings else "The trail does not hold.")
