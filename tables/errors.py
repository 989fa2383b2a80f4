"""What can go wrong with a file, on the tree of mds_client.errors.

* MdsError
  + UnreadableFile      no table can be made of it; `row` and `column` where there is one place
    + TooLarge          it is, or unpacks to, more than is read at once
    + Locked            it is protected with a password
"""

from __future__ import annotations

from mds_client.errors import MdsError


class UnreadableFile(MdsError):
    """No table can be made of the file.

    `row` is the row number as a spreadsheet shows it and `column` the column's name or letter, where
    the fault has one place; else None and empty. `sheets` are those that the file has, of which another may
    be chosen.
    """

    kind = "unreadable_file"

    def __init__(
        self,
        sentence: str,
        *,
        advice: str = "",
        detail: str = "",
        row: int | None = None,
        column: str = "",
        sheets: tuple[str, ...] = (),
    ) -> None:
        super().__init__(
            sentence,
            advice=advice or "Save the table as CSV or Excel and try again.",
            detail=detail,
        )
        self.row = row
        self.column = column
        self.sheets = sheets


class TooLarge(UnreadableFile):
    """The file is, or unpacks to, more than is read at once."""

    kind = "too_large"


class Locked(UnreadableFile):
    """The file is protected with a password."""

    kind = "locked"
