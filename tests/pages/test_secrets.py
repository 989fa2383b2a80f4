"""A server that repeats its credential: not on a page, in a record, a program, a log or on the command line."""

from __future__ import annotations

import base64
import json
import logging
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

import services
import settings
from cases import queries
from cases.recording import answer_of, predict_and_record
from cli.main import main
from db.engine import close, reading, writing
from explanations import ExplanationRequest, InlineExplainers
from mds_client.errors import MdsError
from mds_client.signature import Explainer, ModelRef
from mds_client.transport.redaction import Hiding
from settings import ServerSettings, Settings
from tests.listening import Handler, listening, url_of
from ui import technical

SECRET = "sk-live-4f9a1c77/&x"
BASIC = base64.b64encode(f"ada:{SECRET}".encode()).decode()
ROOT = Path(__file__).resolve().parents[2]


class Leaky(Handler):
    """An Open Inference server whose every word repeats what it was sent; `is_broken` says as what."""

    is_broken = False

    def _credentials(self) -> dict[str, str]:
        own = ("authorization", "x-custom")
        found = {n: v for n, v in self.headers.items() if n.lower() in own}
        return found | {"decoded": SECRET, "packed": base64.b64encode(SECRET.encode()).decode()}

    def _explanation(self, said: str) -> dict[str, object]:
        """A rule in alibi's envelope, each word of which repeats the credentials."""
        data = {
            "anchor": [f"x > 1 {said}", SECRET],
            "precision": 1.0,
            "coverage": 0.3,
            "raw": {said: SECRET},
        }
        content = json.dumps({"meta": {"name": "AnchorTabular", "version": said}, "data": data})
        return {"name": "explanation", "datatype": "BYTES", "shape": [1, 1], "data": [content]}

    def do_GET(self) -> None:
        said = json.dumps(self._credentials())
        x = {"name": "x", "datatype": "FP64", "shape": [-1, 1]}
        y = {"name": "y", "datatype": "BYTES", "shape": [-1, 1]}
        self.send_json(
            {"name": said, "platform": said, "version": said, "extensions": [said],
             "inputs": [{**x, "parameters": {"label": f"Input {SECRET}", "description": said, "examples": [1.0]}}],
             "outputs": [y]}
        )  # fmt: skip

    def do_POST(self) -> None:
        self.received()
        if self.path.endswith("/index"):
            self.send_json({}, 404)
            return
        said = json.dumps(self._credentials())
        if self.is_broken:
            self.send_json({"error": said}, 500)
            return
        if "explainer" in self.path:
            self.send_json({"model_name": said, "outputs": [self._explanation(said)]})
            return
        y = {"name": "y", "datatype": "BYTES", "shape": [1, 1], "data": [f"You are {said}"]}
        self.send_json({"model_name": "echo", "outputs": [y], "parameters": self._credentials()})


@pytest.fixture
def url() -> Iterator[str]:
    Leaky.is_broken = False
    with listening(Leaky) as server:
        yield url_of(server)


@pytest.fixture
def configured(url: str, monkeypatch: pytest.MonkeyPatch) -> ServerSettings:
    monkeypatch.setenv("LEAKY_PASSWORD", SECRET)
    monkeypatch.setenv("LEAKY_HEADER", SECRET)
    return ServerSettings(
        name="leaky",
        url=url,
        protocol="open-inference",
        models=["echo"],
        username="ada",
        password_env="LEAKY_PASSWORD",
        headers_from_env={"X-Custom": "LEAKY_HEADER"},
    )


@pytest.fixture
def leaky(configured: ServerSettings, tmp_path: Path) -> Iterator[services.Services]:
    own = Settings(servers=[configured], database_url=f"sqlite:///{tmp_path / 'cases.db'}")
    found = services.build(own)
    found.catalogue.refresh()
    services.install(found)
    yield found
    found.close()
    close(found.sessions)


def _holds_none(said: str) -> None:
    assert "4f9a1c77" not in said
    assert BASIC not in said
    assert base64.b64encode(SECRET.encode()).decode() not in said


def _shown(app: AppTest) -> str:
    """Every word that the page sends to the browser."""
    assert not app.exception
    return "\n".join(str(element.proto) for element in app.main)  # type: ignore[attr-defined]


def _predict(app: AppTest) -> AppTest:
    return next(b for b in app.button if b.label == "Predict").click().run()


def _stored(found: services.Services) -> str:
    """Every cell of every table, the bodies unpacked."""
    with reading(found.sessions) as session:
        names = session.execute(text("select name from sqlite_master where type = 'table'"))
        rows = [
            row for (name,) in names for row in session.execute(text(f'select * from "{name}"'))
        ]
    cells = [cell for row in rows for cell in row]
    bodies = [_unpacked(cell) for cell in cells if isinstance(cell, bytes)]
    return "\n".join([*map(str, cells), *bodies])


def _unpacked(cell: bytes) -> str:
    with suppress(zlib.error):  # salts and digests of the trail are not packed
        return zlib.decompress(cell).decode()
    return cell.decode("latin-1")


@pytest.mark.slow
@pytest.mark.parametrize("is_broken", [False, True])
def test_no_page_record_program_or_log_holds_it(
    leaky: services.Services,
    is_broken: bool,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(Leaky, "is_broken", is_broken)
    app = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=30)
    app.session_state[technical.KEY] = True
    app.query_params["model"] = "leaky/echo"
    app.switch_page("../pages/predict.py").run()
    _predict(app)
    (case,) = queries.recent(leaky.sessions)
    assert case.outcome == ("failed" if is_broken else "answered")
    shown, stored = _shown(app), _stored(leaky)
    assert "(hidden)" in shown
    assert "(hidden)" in stored
    assert any(code.value.startswith("curl") for code in app.code)
    _holds_none(shown)
    _holds_none(stored)
    _holds_none(caplog.text)


@pytest.mark.parametrize("is_broken", [False, True])
def test_the_command_line_does_not_say_it(
    configured: ServerSettings,
    is_broken: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Leaky, "is_broken", is_broken)
    monkeypatch.setenv("MDS_SERVERS", json.dumps([configured.model_dump()]))
    settings.settings.cache_clear()
    for command in (
        ["predict", "leaky/echo", "x=1", "--show-sent"],
        ["predict", "leaky/echo", "x=1", "--json"],
        ["describe", "leaky/echo", "--json"],
        ["models", "--json"],
        ["doctor"],
    ):
        main(command)
        said = capsys.readouterr()
        _holds_none(said.out + said.err)
        assert said.out + said.err
    settings.settings.cache_clear()


def test_the_log_of_the_app_takes_the_password_of_the_database_out(
    configured: ServerSettings, tmp_path: Path
) -> None:
    own = Settings(servers=[configured], database_url=f"sqlite:///{tmp_path / 'cases.db'}")
    found = services.build(own)
    for client in found.clients.values():
        client.secrets.add("the-password-of-pg")
    record = logging.makeLogRecord({"msg": f"no postgresql://u:the-password-of-pg@h/db {SECRET}"})
    said = Hiding("%(message)s").format(record)
    assert said == "no postgresql://u:(hidden)@h/db (hidden)"
    found.close()
    close(found.sessions)


@pytest.mark.parametrize("is_broken", [False, True])
def test_what_a_leaky_explainer_says_is_shown_stored_and_logged_without_it(
    leaky: services.Services,
    is_broken: bool,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    ref = ModelRef(server="leaky", name="echo")
    beside = Explainer(model=replace(ref, name="echo-explainer"), route="POST /x", evidence="")
    signature = replace(leaky.clients["leaky"].signature(ref), explainer=beside)
    recorded = predict_and_record(
        leaky.model(ref, signature), {"x": 1.0}, sessions=leaky.sessions, key="k"
    )
    monkeypatch.setattr(Leaky, "is_broken", is_broken)
    request = ExplanationRequest(
        method="native",
        server=leaky.server("leaky"),
        signature=signature,
        values={"x": 1.0},
        answer=answer_of(recorded.case),
    )
    said = ""
    with InlineExplainers(leaky.clients["leaky"]) as explainers:
        try:
            found = explainers.start(request).result()
        except MdsError as error:
            said = f"{error.sentence}{error.advice}{error.detail}{error.exchange}"
        else:
            said = found.to_json()
            with writing(leaky.sessions) as session:
                leaky.save_explanation(session, recorded.case_id, found)
    assert "(hidden)" in said
    assert is_broken or "x > 1" in said
    stored = _stored(leaky)
    assert is_broken or "x > 1" in stored
    for words in (said, stored, caplog.text):
        _holds_none(words)
