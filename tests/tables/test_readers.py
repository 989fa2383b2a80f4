"""Every reader keeps the contract; another package's is found as ours are."""

from __future__ import annotations

import types
from importlib.metadata import EntryPoint

import pytest

from mds_client.errors import MdsError
from tables import packed, readers
from tables.errors import TooLarge, UnreadableFile
from tables.readers import Reader
from tables.reading import read
from tables.table import Choices, Limits, Table
from tables.upload import Upload


@pytest.mark.parametrize("reader", readers.readers().values(), ids=lambda reader: reader.NAME)
def test_keeps_the_contract(reader: Reader) -> None:
    assert reader.TITLE
    assert all(end.startswith(".") and end == end.lower() for end in reader.SUFFIXES)
    assert reader.matches(Upload(name="x", data=bytes(range(256)))) is False


def test_names_and_places_differ() -> None:
    found = list(readers.readers().values())
    assert len({reader.ORDER for reader in found}) == len(found)
    ends = [end for reader in found for end in reader.SUFFIXES]
    assert readers.suffixes() == (*ends, *packed.SUFFIXES)
    assert len(set(readers.suffixes())) == len(readers.suffixes())


def test_errors_hang_on_the_one_tree() -> None:
    assert issubclass(UnreadableFile, MdsError)


def test_another_package_adds_a_format(monkeypatch: pytest.MonkeyPatch) -> None:
    given = Table(name="x", frame=read(b"a,b\n1,2\n").frame, row_numbers=(2,))
    theirs = types.SimpleNamespace(
        NAME="toml",
        TITLE="TOML",
        SUFFIXES=(".toml",),
        ORDER=1,
        matches=lambda upload: upload.data.startswith(b"[[row]]"),
        read=lambda *_: given,
    )
    point = EntryPoint(name="toml", group=readers.GROUP, value="theirs:reader")
    monkeypatch.setattr(EntryPoint, "load", lambda _: theirs)
    monkeypatch.setattr(
        readers, "entry_points", lambda group: [point] if group == readers.GROUP else []
    )
    readers.readers.cache_clear()
    try:
        assert read(b"[[row]]\na = 1\n", "x.toml").frame is given.frame
    finally:
        readers.readers.cache_clear()


def test_a_reader_that_breaks_is_a_damaged_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(upload: Upload, choices: Choices, limits: Limits) -> Table:
        raise ZeroDivisionError("inside")

    csv = readers.readers()["delimited"]
    monkeypatch.setattr(csv, "read", broken)
    with pytest.raises(UnreadableFile, match="damaged") as caught:
        read(b"a,b\n1,2\n")
    assert "ZeroDivisionError" in caught.value.detail


def test_sixty_thousand_columns_are_said_and_not_read_as_one() -> None:
    names = ",".join(f"c{n}" for n in range(60_000))
    data = f"{names}\n{','.join('1' * 60_000)}\n".encode()
    with pytest.raises(TooLarge, match="60,000 columns, and at most 16,384 are read at once"):
        read(data, "wide.csv")


@pytest.mark.parametrize("nested", [b"[" * 100_000, b'{"a":' * 100_000])
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_json_that_is_nested_very_deeply_is_a_sentence(nested: bytes, name: str) -> None:
    with pytest.raises(UnreadableFile):
        read(nested + b"1", name)
    with pytest.raises(UnreadableFile, match="nested too deeply"):
        read(b"[" * 50_000 + b"]" * 50_000, "a.json")
