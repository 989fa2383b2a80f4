"""What stands over and beside an input."""

from __future__ import annotations

from mds_client.signature import Field
from ui.text import number, plain


def label(field: Field) -> str:
    """Title, unit, and whether it may stay unknown."""
    unit = f" ({plain(field.unit)})" if field.unit else ""
    return f"{plain(field.title)}{unit}"


def hint(field: Field) -> str | None:
    """The help text: what the field means and what is usual."""
    usual = (
        f"Usually {number(field.typical[0])} to {number(field.typical[1])}."
        if field.typical
        else ""
    )
    optional = "" if field.required else "May be left unknown."
    parts = [plain(field.description), plain(usual), optional]
    return " ".join(part for part in parts if part) or None


def usual(field: Field) -> str:
    """The usual range, short, for an empty box."""
    if not field.required:
        return "unknown"
    return (
        f"usually {number(field.typical[0])} to {number(field.typical[1])}" if field.typical else ""
    )
