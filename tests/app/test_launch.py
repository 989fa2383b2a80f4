"""The app as a process: every way to start it, its probe, and the options that we rely on."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from db.engine import begin
from db.migrate import migrate, opened
from tests.listening import free_ports

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def _ways(port: int) -> dict[str, list[str]]:
    return {
        "python": [sys.executable, "app.py"],
        "streamlit": [str(BIN / "streamlit"), "run", "app.py", "--server.port", str(port)],
        "uvicorn": [
            sys.executable,
            "-m",
            "uvicorn",
            "app:app",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
        ],
    }


@contextmanager
def _started(command: list[str], port: int, folder: Path, url: str) -> Iterator[str]:
    environment = {
        **os.environ,
        "MDS_PORT": str(port),
        "MDS_SERVERS": f'[{{"name": "demo", "url": "{url}"}}]',
        "MDS_DATABASE_URL": f"sqlite:///{folder / 'cases.db'}",
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        base = f"http://127.0.0.1:{port}"
        _wait_for(f"{base}/healthz", process, folder / "log")
        yield base
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(15)
        finally:
            process.kill()


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        try:
            if httpx.get(url, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
        assert process.poll() is None, log.read_text()
    raise AssertionError(log.read_text())


@pytest.mark.parametrize("way", ["python", "streamlit", "uvicorn"])
def test_every_way_to_start_serves_pages_and_the_probe(
    way: str, tmp_path: Path, mds_url: str
) -> None:
    (port,) = free_ports(1)
    with _started(_ways(port)[way], port, tmp_path, mds_url) as base:
        page = httpx.get(base, trust_env=False)
        assert page.status_code == 200
        assert "text/html" in page.headers["content-type"]
        moved = httpx.get(f"{base}/signature?model=x", trust_env=False)
        assert moved.status_code == 308
        assert moved.headers["location"] == "signatures?model=x"
        probe = httpx.get(f"{base}/healthz", trust_env=False).json()
        assert probe["database"] is True
        # On this machine, where nobody signs in, without a token.
        listed = httpx.get(f"{base}/api/v1/models", trust_env=False)
        assert listed.status_code == 200
        assert "items" in listed.json()
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.mark.parametrize("way", ["python", "streamlit", "uvicorn"])
def test_newer_tables_are_refused_in_one_sentence_however_it_is_started(
    way: str, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/cases.db"
    migrate(url)
    with opened(url) as engine, begin(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    (port,) = free_ports(1)
    shown = subprocess.run(
        _ways(port)[way],
        cwd=ROOT,
        env={**os.environ, "MDS_PORT": str(port), "MDS_SERVERS": "[]", "MDS_DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert shown.returncode != 0
    said = [line for line in shown.stderr.splitlines() if "schema 9999" in line]
    assert len(said) == 1
    assert "start the newer version" in said[0]
    assert "Traceback" not in shown.stderr + shown.stdout


def test_what_the_first_page_imports_is_light() -> None:
    """Neither the explainers ever, nor on everybody's first page what draws pictures or tests statistics: a second each."""
    code = (
        "import app, sys; from ui import warmup; warmup.imports()\n"
        "import ui.review, ui.batch.percents, ui.drafts, ui.tables\n"  # the navigation and Predict
        "print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split()
    assert {"ui.prediction_panel", "ui.review"} <= set(loaded)
    assert not {"alibi", "shap", "sklearn", "spacy"} & set(loaded)
    assert not {"matplotlib.pyplot", "scipy.stats"} & set(loaded)


def test_streamlit_still_has_the_options_that_we_set() -> None:
    wanted = {
        "runner.postScriptGC": False,
        "browser.gatherUsageStats": False,
        "client.showErrorDetails": "type",
        "client.disableDataExport": True,
        "server.fileWatcherType": "none",
        "server.maxUploadSize": 64,
        "server.address": "127.0.0.1",
    }
    code = f"import app, streamlit as st; print({{o: st.get_option(o) for o in {list(wanted)}}})"
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ast.literal_eval(shown.stdout) == wanted
    assert "not a valid config option" not in shown.stderr


def test_no_setting_is_unknown_to_streamlit() -> None:
    """Streamlit only warns of an option that an upgrade took away."""
    shown = subprocess.run(
        [str(BIN / "streamlit"), "config", "show"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert "not a valid config option" not in shown.stdout + shown.stderr
