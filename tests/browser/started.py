"""The models and the app, started for a program that looks at them: pictures, a stopwatch, a benchmark."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import expect

from cli import demo
from tests.browser.watched import PATIENCE, app_of_its_own, ports


@dataclass(frozen=True, kw_only=True)
class Started:
    """Where everything is: the address of the app and of the model server, the database, a folder that goes at the end, and
    how the app was started."""

    base: str
    mds_url: str
    database_url: str
    folder: Path
    app: demo.Part


@contextmanager
def started(**environment: str) -> Iterator[Started]:
    """Everything, ready, with a new database; `environment` is the app's. Stopped at the end."""
    expect.set_options(timeout=PATIENCE)
    demo.build_models()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mds = demo.server_part(folder, *ports(3))
        port = urlsplit(mds.ready_url).port or 0
        app = app_of_its_own(folder, port, **environment)
        with demo.running(mds) as first, demo.running(app) as second:
            demo.wait_until_ready([mds, app], {mds.name: first, app.name: second})
            yield Started(
                base=app.ready_url.removesuffix("/healthz"),
                mds_url=f"http://127.0.0.1:{port}",
                database_url=app.environment["MDS_DATABASE_URL"],
                folder=folder,
                app=app,
            )
