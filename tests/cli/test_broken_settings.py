"""Every command with settings that cannot be used: a sentence and an exit code, no traceback and no value."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

import settings
from cli.main import _COMMANDS, _parser, main

Captured = pytest.CaptureFixture[str]
# One line for each command, as somebody types it; `demo` has settings of its own.
TYPED = {
    "models": ["models"],
    "describe": ["describe", "demo/penguins"],
    "predict": ["predict", "demo/penguins", "--example", "1"],
    "batch": ["batch", "{file}", "--model", "demo/penguins", "--out", "{out}"],
    "stream": [
        "stream",
        "--model",
        "demo/penguins",
        "--broker",
        "nats://127.0.0.1:9",
        "--from",
        "a",
        "--to",
        "b",
    ],
    "doctor": ["doctor"],
    "backup": ["backup", "{out}"],
    "restore": ["restore", "{file}"],
    "audit": ["audit", "verify"],
    "person": ["person", "export", "ann", "{out}"],
    "key": ["key", "export", "patient", "7", "{out}"],
    "retention": ["retention", "preview"],
    "health": ["health"],
    "golden": ["golden", "list"],
    "golden run": ["golden", "run", "demo/penguins"],
    "dataset": ["dataset", "list"],
    "dataset freeze": ["dataset", "freeze", "march", "--model", "demo/penguins"],
    "test": ["test", "list"],
    "test run": ["test", "run", "{file}", "--model", "demo/penguins"],
    "truth": ["truth", "import", "{file}"],
    "token": ["token", "list"],
    "jobs": ["jobs"],
    "worker": ["worker"],
}
BROKEN = {
    "value": (b'sign_in = "canary"\n', "The setting sign_in cannot be used"),
    "form": (b'sign_in = "canary\n', "cannot be read: "),
    "binary": (b"\xff\xfe\x00canary", "it is no text in UTF-8"),
}


@pytest.fixture
def fresh() -> Iterator[None]:
    settings.settings.cache_clear()
    yield
    settings.settings.cache_clear()


def test_every_command_is_tried() -> None:
    assert {name.split()[0] for name in TYPED} == {name for name, _, _ in _COMMANDS}


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("command", TYPED)
def test_settings_that_cannot_be_used_are_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured, command: str
) -> None:
    file, given = tmp_path / "mds.toml", tmp_path / "given.csv"
    given.write_text("case,truth\n1,2\n", encoding="utf-8")
    names = {"file": str(given), "out": str(tmp_path / "out.parquet")}
    typed = [word.format(**names) for word in TYPED[command]]
    monkeypatch.setenv("MDS_SETTINGS", str(file))
    for content, told in BROKEN.values():
        file.write_bytes(content)
        assert main(typed) == 2
        said = capsys.readouterr()
        assert told in said.err
        assert "canary" not in said.err + said.out
    file.write_text("")
    monkeypatch.setenv("MDS_SERVERS", "canary")
    assert main(typed) == 2
    assert "canary" not in capsys.readouterr().err


def _options(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from _options(each)
        else:
            yield action


def test_no_argument_is_called_by_a_name_of_the_code() -> None:
    for action in _options(_parser()):
        shown = [*action.option_strings, str(action.metavar or action.dest)]
        assert not any(word.startswith("_") for word in shown), shown
        name = getattr(action.type, "__name__", "")
        if name not in (
            "",
            "int",
            "float",
            "Path",
            "str",
        ):  # else argparse says `invalid _name value`
            with pytest.raises(argparse.ArgumentTypeError, match="Write it like"):
                action.type("nonsense")  # type: ignore[operator, misc]
