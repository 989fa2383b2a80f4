"""Every program is run as it is shown, and answers as the original call did."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from mds_client import MdsClient, Server
from mds_client.client.snippets import Snippet, snippets
from mds_client.protocols import protocol_for
from mds_client.transport.exchange import Request

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]


def _run(snippet: Snippet, **variables: str) -> str:
    command = ["bash", "-c"] if snippet.language == "bash" else [sys.executable, "-c"]
    env = {**os.environ, "NO_PROXY": "*", "PYTHONPATH": str(ROOT), **variables}
    done = subprocess.run(
        [*command, snippet.code], env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr + snippet.code
    return done.stdout


@pytest.mark.parametrize("name", ["breast-cancer", "sentiment", "digits", "language-id"])
def test_every_program_answers_as_the_original_call(client: MdsClient, name: str) -> None:
    model = client.model(name)
    signature, protocol = model.signature(), client.protocol()
    row = signature.example_rows[0]
    original = model.predict(row)
    body = json.loads(original.exchange.response_body)["outputs"]
    programs = snippets(client.server, protocol, signature, original.exchange, values=row)
    by_title = {program.title: program for program in programs}
    assert {"curl", "Python", "mds_client"} <= set(by_title)
    assert json.loads(_run(by_title["curl"]))["outputs"] == body
    assert json.loads(_run(by_title["Python"]))["outputs"] == body
    assert _run(by_title["mds_client"]).strip() == original.answer.headline
    said = _run(by_title["tritonclient"])
    assert all(output["name"] in said for output in body)


class _Echo(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        facts = {
            "body": base64.b64encode(body).decode(),
            "authorization": self.headers["Authorization"],
        }
        answer = json.dumps(facts).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.mark.parametrize(
    "body",
    [
        b"@/etc/passwd",
        'it\'s "$HOME" `id` \\ schön\nline two\n'.encode(),
        json.dumps({"long": "it's END\n$x " * 500}).encode(),
        bytes(range(256)) * 20,
        b"plain text, long " * 200,
    ],
)
def test_bodies_arrive_as_they_are_and_the_secret_is_nowhere(body: bytes) -> None:
    with HTTPServer(("127.0.0.1", 0), _Echo) as echo:
        Thread(target=echo.serve_forever, daemon=True).start()
        server = Server(
            name="s",
            url=f"http://user:hunter2@127.0.0.1:{echo.server_port}",
            headers={"Authorization": "Bearer hunter3"},
        )
        protocol = protocol_for(server, "open-inference")
        request = Request(method="POST", path="/x", body=body)
        found = snippets(
            server, protocol, None, request, variables={"authorization": "MDS_SERVER_TOKEN"}
        )
        for snippet in found:
            assert "hunter" not in snippet.code + str(snippet.needs)
            said = json.loads(_run(snippet, MDS_SERVER_TOKEN="Bearer hunter3"))
            assert base64.b64decode(said["body"]).strip() == body.strip()
            assert said["authorization"] == "Bearer hunter3"
        echo.shutdown()


def test_the_variable_of_a_credential_has_a_name_by_default(client: MdsClient) -> None:
    server = Server(name="s", url="http://h", headers={"X-Api-Key": "hunter2"})
    request = Request(method="GET", path="/v2")
    for snippet in snippets(server, client.protocol(), None, request):
        assert "MDS_HEADER_X_API_KEY" in snippet.code
        assert "hunter2" not in snippet.code
