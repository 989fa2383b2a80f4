"""A cluster's API for tests: list messages as documented, over HTTP, with a kubeconfig that leads to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.mds_client import faults

KSERVE = "/apis/serving.kserve.io/v1beta1/inferenceservices"
Page = dict[str, object]
TOKEN = "pass-me-and-nobody-else"


class Api:
    """A cluster's API: pages by path; what is not there is answered with 404."""

    def __init__(self) -> None:
        self.pages: dict[str, list[Page] | int] = {}
        self.asked: list[str] = []
        self.said = ""
        self.tokens: set[str] = set()

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(handler.path)
        self.tokens.add(handler.headers.get("Authorization", ""))
        asked = urlsplit(handler.path)
        pages = self.pages.get(asked.path, 404)
        if isinstance(pages, int):
            said = {
                "kind": "Status",
                "status": "Failure",
                "message": f"no {self.said}",
                "code": pages,
            }
            return faults.answers(pages, json.dumps(said))(handler)
        number = int(parse_qs(asked.query).get("continue", ["0"])[0])
        metadata = {"continue": str(number + 1)} if number + 1 < len(pages) else {}
        body = {"kind": "List", "metadata": metadata, **pages[number]}
        return faults.answers(200, json.dumps(body))(handler)


@contextmanager
def cluster(kubeconfig: Path) -> Iterator[Api]:
    """An API server; the kubeconfig is written to that path."""
    api = Api()
    with faults.misbehaving(api) as url:
        config = {
            "current-context": "c",
            "clusters": [{"name": "k", "cluster": {"server": url}}],
            "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
            "users": [{"name": "u", "user": {"token": TOKEN}}],
        }
        kubeconfig.write_text(json.dumps(config))
        yield api


def resource(name: str, spec: object = None, status: object = None, **metadata: str) -> Page:
    where = {"name": name, "namespace": "retention", **metadata}
    return {"metadata": where, "spec": spec or {}, "status": status or {}}
