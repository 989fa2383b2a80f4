"""Reads what is beside a server: the text of its metrics, or an answer of the Prometheus that collects them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

import orjson

from mds_client.client.sync_client import MdsClient
from mds_client.errors import UnreadableAnswer
from mds_client.protocols.protocol import Conversation
from mds_client.server import Server
from mds_client.transport.credentials import Credentials
from mds_client.transport.exchange import Request, Response

SECONDS = 2.0
MOST_BYTES = 4 * 1024 * 1024


class MetricsReader(MdsClient):
    """Asks one address, within two seconds and 4 MB, once. What signs in at the server is sent nowhere else."""

    def __init__(self, server: Server, url: str) -> None:
        is_same = urlsplit(url)[:2] == urlsplit(server.url)[:2]
        signing_in = {} if is_same else {"headers": {}, "credentials": Credentials()}
        asked = replace(
            server,
            url=url,
            timeout=SECONDS,
            connect_timeout=min(server.connect_timeout, SECONDS),
            max_answer_bytes=MOST_BYTES,
            retries=0,
            breaker_failures=0,
            **signing_in,  # type: ignore[arg-type]
        )
        super().__init__(asked)

    def text(self) -> str:
        """What stands at the address. Raises MdsError."""
        return self._converse(_got("")).body.decode("utf-8", "replace")

    def query(self, promql: str) -> list[tuple[Mapping[str, str], float]]:
        """The instant vector that a Prometheus answers: labels and value of each series. Raises MdsError."""
        return self._converse(_asked(promql))


def _got(path: str) -> Conversation[Response]:
    response = yield Request(method="GET", path=path)
    if response.status != 200:
        raise UnreadableAnswer(
            f"The address of the metrics answered with the status {response.status}.",
            advice="Whoever runs the workbench can correct it in the settings.",
        )
    return response


def _asked(promql: str) -> Conversation[list[tuple[Mapping[str, str], float]]]:
    response = yield from _got("/api/v1/query?" + urlencode({"query": promql}))
    found = orjson.loads(response.body)["data"]["result"]
    return [
        ({str(name): str(label) for name, label in each["metric"].items()}, float(each["value"][1]))
        for each in found
    ]
