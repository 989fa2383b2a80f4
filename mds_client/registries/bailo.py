"""Bailo: model cards, tags, owners and releases. It says what a model is for, not what it takes.

https://github.com/gchq/Bailo, backend/src/routes/v2. A token signs in as basic authentication: the access
key is the name, the secret key the password.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode

import orjson

from mds_client.errors import MdsError
from mds_client.protocols.protocol import Conversation
from mds_client.registries import Registry, RegistryServer
from mds_client.signature import ModelRef
from mds_client.signature.facts import Facts, about, day, fields_facts, listed, text, texts
from mds_client.transport.exchange import Request

_API = "/api/v2"
_KINDS = ("model", "mirrored-model")
_SECTION = (
    "mds"  # of a model card: what a form needs to know, in the words of docs/model-metadata.md
)

Record = Mapping[str, object]


class Bailo(Registry):
    """A Bailo with its API of version 2."""

    NAME = "bailo"
    TITLE = "Bailo"

    def facts(self, model: ModelRef) -> Conversation[Facts | None]:
        """A model is found by the settings, which name its id, by a tag `mds:server/name`, or by its name."""
        model_id = self.server.entry(model) or (yield from self._search(model))
        if not model_id:
            return None
        path = f"{_API}/model/{quote(model_id, safe='')}"
        answered = self.object_of((yield Request(method="GET", path=path)))
        entry = _mapping((answered or {}).get("model"))
        if not entry:
            return None
        release = yield from self._release(path, model.version)
        return _facts(self.server, entry, release)

    def _search(self, model: ModelRef) -> Conversation[str]:
        """The id of the one entry that fits; empty for none and for several, none of which is guessed."""
        query = urlencode({"search": model.name})
        request = Request(method="GET", path=f"{_API}/models/search?{query}")
        answered = self.object_of((yield request)) or {}
        entries = [_mapping(entry) for entry in listed(answered.get("models"))]
        ids = _fitting([e for e in entries if e.get("kind", "model") in _KINDS], model)
        return ids[0] if len(ids) == 1 else ""

    def _release(self, path: str, version: str) -> Conversation[Record]:
        """The release of the version that is served; empty where none is clearly that."""
        if not version:
            return {}
        try:
            answered = self.object_of((yield Request(method="GET", path=f"{path}/releases"))) or {}
        except MdsError:
            return {}  # the card is worth having without
        releases = [_mapping(release) for release in listed(answered.get("releases"))]
        return next((r for r in releases if _is_release(r, version)), {})


def _fitting(entries: list[Record], model: ModelRef) -> list[str]:
    """The ids of entries that fit, by the clearest sign that any of them has: a tag, the id itself, the name."""
    tags = {f"mds:{model.server}/{model.name}", f"mds:{model.name}"}
    tests = (
        lambda e: bool(tags & set(texts(e.get("tags")))),
        lambda e: e.get("id") == model.name,
        lambda e: bool(_plain(model.name)) and _plain(e.get("name")) == _plain(model.name),
    )
    for test in tests:
        ids = [text(e.get("id")) for e in entries if text(e.get("id")) and test(e)]
        if ids:
            return ids
    return []


def _plain(name: object) -> str:
    """A name without what differs between writing and serving: "Wine quality" is wine-quality."""
    return re.sub(r"[\W_]+", "-", text(name).casefold()).strip("-")


def _is_release(release: Record, version: str) -> bool:
    wanted = version.removeprefix("v")
    tags = [text(_mapping(image).get("tag")) for image in listed(release.get("images"))]
    return wanted in (text(release.get("semver")), *(tag.removeprefix("v") for tag in tags))


def _facts(server: RegistryServer, entry: Record, release: Record) -> Facts:
    metadata = _mapping(_mapping(entry.get("card")).get("metadata"))
    words = _section(metadata)
    summary = text(_mapping(metadata.get("overview")).get("modelSummary"))
    purpose = text(entry.get("description"))
    return Facts(
        source="registry",
        name=server.name,
        title=text(words.get("title")) or text(entry.get("name")),
        question=text(words.get("question")),
        description="\n\n".join(dict.fromkeys(filter(None, (purpose, summary)))),
        fields=fields_facts(words.get("inputs")),
        labels=texts(words.get("labels")),
        about=about(_about(server, entry, release)),
    )


def _about(server: RegistryServer, entry: Record, release: Record) -> dict[str, object]:
    tags = (tag for tag in texts(entry.get("tags")) if not tag.startswith("mds:"))
    return {
        "entry": f"{server.url.rstrip('/')}/model/{quote(text(entry.get('id')), safe='')}",
        "organisation": entry.get("organisation"),
        "state": entry.get("state"),
        "owner": ", ".join(_owners(entry)),
        "tags": ", ".join(tags),
        "release": release.get("semver"),
        "released": day(release.get("createdAt")),
        "release notes": release.get("notes"),
    }


def _owners(entry: Record) -> list[str]:
    people = [_mapping(person) for person in listed(entry.get("collaborators"))]
    owners = (p for p in people if "owner" in listed(p.get("roles")))
    return [text(p.get("entity")).removeprefix("user:") for p in owners]


def _section(metadata: Record) -> Record:
    """The section as an object, or as the JSON that somebody typed into a box of the form."""
    section = metadata.get(_SECTION)
    if isinstance(section, str):
        try:
            section = orjson.loads(section)
        except orjson.JSONDecodeError:
            return {}
    return _mapping(section)


def _mapping(value: object) -> Record:
    return value if isinstance(value, Mapping) else {}


REGISTRY = Bailo
