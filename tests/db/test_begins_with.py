"""A beginning is found to the letter, the same on both databases, and PostgreSQL can tell how often it occurs."""

from __future__ import annotations

from sqlalchemy import literal, select

from db.begins_with import begins_with
from db.engine import Sessions


def test_a_beginning_is_found_to_the_letter(sessions: Sessions) -> None:
    expected = {
        ("model-7", "model-"): True,
        ("Model-7", "model-"): False,
        ("model", "model-"): False,
        ("a_c", "a%"): False,
        ("a%c", "a%"): True,
        ("größe", "grö"): True,
        ("any", ""): True,
    }
    with sessions() as session:
        found = {
            pair: session.scalar(select(begins_with(literal(pair[0]), literal(pair[1]))))
            for pair in expected
        }
        text = str(
            select(begins_with(literal("a"), literal("b"))).compile(session.connection().engine)
        )
    assert {pair: bool(value) for pair, value in found.items()} == expected
    assert ("^@" in text) == (session.get_bind().dialect.name == "postgresql")
