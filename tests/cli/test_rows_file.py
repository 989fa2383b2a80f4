"""The rows of `--file`, without a server."""

import argparse
from pathlib import Path

import pytest

from cli.output import Wrong
from cli.rows_file import add_arguments, choices_in, rows_in
from mds_client.signature import Field, File, ModelRef, Signature
from tables.table import Choices

SIGNATURE = Signature(
    model=ModelRef(server="s", name="m"),
    inputs=(Field(name="a", kind="number"), Field(name="b", kind="number")),
)
TOTALLED = "region,a,b\nNorth,1,2\nSouth,3,4\nTotal,4,6\n"


def _none(path: Path) -> File:
    raise AssertionError(path)


@pytest.mark.parametrize("keep", [False, True])
def test_a_row_of_totals_is_named_and_left_out_unless_it_is_wanted(
    keep: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(TOTALLED)
    rows = rows_in(path, SIGNATURE, (), _none, Choices(keep_totals=keep)).values
    assert rows == [{"a": 1, "b": 2}, {"a": 3, "b": 4}, {"a": 4, "b": 6}][: 3 if keep else 2]
    assert ("otal" in capsys.readouterr().err) is not keep


def test_what_is_read_as_what_and_what_is_lacking_is_said_in_whole_sentences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("region,Mass it\nNorth,1\nSouth,3\n")
    fields = (Field(name="a", kind="number", label="Mass of it"), Field(name="b", kind="number"))
    signature = Signature(model=SIGNATURE.model, inputs=fields)
    with pytest.raises(Wrong, match="No column feeds B"):
        rows_in(path, signature, (), _none)
    said = capsys.readouterr().err
    assert "is read as 'a'. " in said
    assert "  " not in said
    assert (
        "Warning: Nothing can be sent: the model needs a column, or one value for all rows, for B."
        in said
    )
    assert "unknown" not in said


def _said(*words: str) -> Choices:
    parser = argparse.ArgumentParser()
    parser.add_argument("--file")
    add_arguments(parser)
    return choices_in(parser.parse_args(words))


def test_how_a_file_is_read_can_be_said_as_on_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("Straße\ta\tb\nŁódź\t1,5\t2\n".encode("cp1250"))
    signature = Signature(
        model=SIGNATURE.model, inputs=(Field(name="Straße", kind="text"), *SIGNATURE.inputs)
    )
    choices = _said("--file", "x", "--encoding", "Windows-1250", "--delimiter", "tab")
    rows = rows_in(path, signature, (), _none, choices).values
    assert rows == [{"Straße": "Łódź", "a": 1.5, "b": 2}]
    assert "guessed" not in capsys.readouterr().err
    assert _said("--file", "x", "--header-row", "0", "--decimal", ",", "--sheet", "S") == Choices(
        header_row=0, decimal=",", sheet="S"
    )


def test_what_says_how_no_file_is_read_is_refused() -> None:
    with pytest.raises(Wrong, match="--encoding says how a file is read"):
        _said("--encoding", "utf-8")
    with pytest.raises(Wrong, match="No text encoding is called 'utf-99'"):
        _said("--file", "x", "--encoding", "utf-99")
    with pytest.raises(Wrong, match="--delimiter is one sign, or one of tab, comma"):
        _said("--file", "x", "--delimiter", "ab")
    with pytest.raises(Wrong, match="--header-row is the number of a row"):
        _said("--file", "x", "--header-row", "-1")


def test_what_says_nothing_of_a_file_of_its_format_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n1,2\n")
    said = _said("--file", "x", "--sheet", "S", "--delimiter", "comma")
    assert rows_in(path, SIGNATURE, (), _none, said).values == [{"a": 1, "b": 2}]
    assert "CSV has no use for --sheet." in capsys.readouterr().err
    path.write_text('[{"a": 1, "b": 2}]')
    rows_in(path, SIGNATURE, (), _none, _said("--file", "x", "--delimiter", ";"))
    assert "has no use for --delimiter." in capsys.readouterr().err


def test_the_list_that_was_read_is_named_and_another_can_be_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.json"
    path.write_text('{"north": [{"a": 1, "b": 2}], "south": [{"a": 3, "b": 4}]}')
    assert rows_in(path, SIGNATURE, (), _none).values == [{"a": 1, "b": 2}]
    assert "“north”, “south”; --sheet chooses one." in capsys.readouterr().err
    rows = rows_in(path, SIGNATURE, (), _none, Choices(sheet="south")).values
    assert rows == [{"a": 3, "b": 4}]
    with pytest.raises(Wrong, match=r"no rows at east.*north, south"):
        rows_in(path, SIGNATURE, (), _none, Choices(sheet="east"))
