"""The rows of `--file`, without a server."""

from pathlib import Path

import pytest

from cli.output import Wrong
from cli.rows_file import rows_in
from mds_client.signature import Field, File, ModelRef, Signature

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
    rows = rows_in(path, SIGNATURE, (), _none, keep_totals=keep).values
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
