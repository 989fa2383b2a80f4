from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from settings import ServerSettings, Settings


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "mds.toml"
    monkeypatch.setenv("MDS_SETTINGS", str(path))
    return path


def test_the_file_is_read_and_the_environment_wins(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(
        'port = 9000\nlog_level = "DEBUG"\n[[servers]]\nname = "a"\nurl = "http://h:1/"\n'
    )
    monkeypatch.setenv("MDS_PORT", "9001")
    found = Settings()
    assert (found.port, found.log_level) == (9001, "DEBUG")
    assert [(s.name, s.url) for s in found.servers] == [("a", "http://h:1")]


@pytest.mark.parametrize(
    "text",
    [
        "prot = 1",
        '[[servers]]\nname = "a"\nurl = "ftp://h"',
        '[[servers]]\nname = "a/b"\nurl = "http://h"',
        '[[servers]]\nname = "a"\nurl = "http://h"\n[[servers]]\nname = "a"\nurl = "http://i"',
        "audit_probability = 1.5",
    ],
)
def test_a_wrong_file_is_refused(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(ValidationError):
        Settings()


def test_secrets_are_named_never_written(monkeypatch: pytest.MonkeyPatch) -> None:
    server = ServerSettings(
        name="a", url="http://h", headers_from_env={"Authorization": "MDS_TOKEN_A"}
    )
    with pytest.raises(ValueError, match="MDS_TOKEN_A is not set"):
        server.headers()
    monkeypatch.setenv("MDS_TOKEN_A", "Bearer hush")
    assert server.headers() == {"Authorization": "Bearer hush"}
    assert "hush" not in repr(server)
    assert "hush" not in repr(Settings(database_url="postgresql://u:hush@h/d"))


@pytest.mark.parametrize(
    "place",
    ["url", "management_url", "explainer_url", "token_url", "metrics_url", "prometheus_url"],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(file: Path, place: str) -> None:
    own = "" if place == "url" else 'url = "http://h"\n'
    file.write_text(f'[[servers]]\nname = "a"\n{own}{place} = "http://ada:hunter2secret@h:1/v2"')
    with pytest.raises(ValidationError) as raised:
        Settings()
    assert "password_env" in str(raised.value)
    assert "hunter2secret" not in str(raised.value)
