"""The launcher: one process that serves the pages, the API and the probes on one port.

`streamlit run app.py`, `python app.py` and `uvicorn app:app` all start it. No drawing happens here: the
script that Streamlit reruns is ui/main.py, in a folder without `pages/` beside it, so that a cold
process never serves a page without its frame.
"""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import streamlit as st

import services
from api import guests
from api.first_look import first_look
from api.guard import guard
from api.identity import identity
from api.no_delay import send_at_once
from api.permissions import check_routes
from api.routes import routes
from api.signing_in import signing_in
from db.errors import StorageError
from people.oidc import secrets_of
from people.permissions import Undeclared
from people.sign_in import PROXIED
from settings import Settings, settings

ROOT = Path(__file__).resolve().parent
HISTORY = ROOT / "ui" / "history.js"
log = logging.getLogger("app")


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, object]]:
    """Build what pages use, then put everything alive out of the garbage collector's reach."""
    from ui import warmup

    send_at_once()
    os.umask(0o077)  # whatever this process writes is for its owner alone
    logging.basicConfig(level=settings().log_level)
    services.hide_secrets_in_logs()
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for each poll says nothing
    built = _built()
    services.install(built)
    built.start()
    warmup.imports()
    gc.collect()
    gc.freeze()
    try:
        yield {"services": built}
    finally:
        built.close()


def _built() -> services.Services:
    """The services. A database that cannot be used, and what does not say who may use it, is told in one sentence."""
    from ui.shell import check_pages

    try:
        check_pages()
        check_routes([*ROUTES, *guests.routes(services.services)])
        built = services.build(settings(), guests.application(services.services))
        _ = built.kinds  # made now, so that a kind of job that declares nothing stops the start
        return built
    except (StorageError, Undeclared) as error:
        log.critical(str(error))
        # uvicorn would write the traceback of whatever stops the start.
        logging.getLogger("uvicorn.error").addFilter(_is_no_traceback)
        raise


def _is_no_traceback(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Traceback")


def _secrets() -> dict[str, Any] | None:
    """What Streamlit's own sign-in takes. Settings that cannot be used are told when the app starts, like any others."""
    try:
        return secrets_of(Settings())
    except ValueError:
        return None


def _hosts() -> list[str]:
    """Further names by which browsers may call us."""
    oidc = settings().oidc
    return [*settings().allowed_hosts, *([oidc.host] if oidc else [])]


def _frames() -> list[str]:
    """Pages of others that may show ours in a frame."""
    return settings().framed_by


ROUTES = routes(services.services)
app = st.App(
    ROOT / "ui" / "main.py",
    lifespan=lifespan,
    routes=ROUTES,
    secrets=_secrets(),
    middleware=[
        guard(_hosts, Path(st.__file__).parent / "static" / "index.html", _frames, HISTORY),
        identity(settings, PROXIED),
        signing_in(settings),
        first_look(ROOT / "ui" / "first.css", ROOT / "ui" / "style.css", script=HISTORY),
    ],
)

if __name__ == "__main__":
    with suppress(KeyboardInterrupt):  # Ctrl+C is how it ends
        app.run(config={"server.address": settings().host, "server.port": settings().port})
