"""`mds token`, as an operator types it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

import settings
from cli.main import main
from db.engine import Sessions, close, make_sessions
from people.errors import TokenRefused
from people.tokens import authenticate

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def sessions(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sessions]:
    """The database that the settings name."""
    monkeypatch.setenv("MDS_DATABASE_URL", sqlite_url)
    settings.settings.cache_clear()
    made = make_sessions(sqlite_url)
    yield made
    close(made)
    settings.settings.cache_clear()


def test_a_token_is_made_listed_and_revoked(sessions: Sessions, capsys: Captured) -> None:
    wanted = ["--person", "ann", "--scopes", "read,predict", "--groups", "risk, staff"]
    assert main(["token", "create", "nightly", *wanted]) == 0
    said = capsys.readouterr()
    secret = said.out.strip()  # alone on stdout, for scripts
    found = authenticate(sessions, secret)
    assert (found.person, found.groups) == ("ann", ["risk", "staff"])
    assert "(command line)" in found.made_by or found.made_by == "command line"
    assert secret not in said.err
    assert main(["token", "list"]) == 0
    listed = capsys.readouterr().out
    assert [word for word in ("nightly", "read, predict", "valid") if word not in listed] == []
    assert secret not in listed
    assert main(["token", "list", "--person", "bob"]) == 0
    assert "There is no token." in capsys.readouterr().err
    assert main(["token", "revoke", found.id]) == 0
    assert f"Token {found.id} of ann is revoked." in capsys.readouterr().err
    with pytest.raises(TokenRefused, match="revoked"):
        authenticate(sessions, secret)


def test_what_is_wrong_with_a_token_is_said(sessions: Sessions, capsys: Captured) -> None:
    assert main(["token", "create", "nightly"]) == 2
    assert "Whose token is it?" in capsys.readouterr().err
    assert main(["token", "create", "n", "--person", "a", "--scopes", "root", "--days", "999"]) == 2
    said = capsys.readouterr().err
    assert "one or more of read, predict, explain, feedback" in said
    assert "at most 365 days" in said
    assert main(["token", "revoke", "x"]) == 4
    assert "There is no token 'x'." in capsys.readouterr().err


def test_scripts_read_json_without_the_digest(sessions: Sessions, capsys: Captured) -> None:
    assert main(["token", "create", "nightly", "--person", "ann", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert authenticate(sessions, made["secret"]).id == made["id"]
    assert main(["token", "list", "--json"]) == 0
    (shown,) = json.loads(capsys.readouterr().out)["tokens"]
    assert (shown["state"], shown["person"]) == ("valid", "ann")
    assert not {"secret", "secret_sha256"} & set(shown)
