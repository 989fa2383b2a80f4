"""The small example on a card: real values with units, and nothing of a server as HTML."""

from __future__ import annotations

from mds_client.signature import Field, File, ModelRef, Signature
from ui import model_previews
from ui.model_cards import input_words, kind_of

REF = ModelRef(server="demo", name="m")
MASS = Field(name="mass", kind="number", label="Body mass", unit="g", examples=(4150,))
NAME = Field(name="name", kind="text", examples=("<b>Ada</b> & co",))


def html(*fields: Field, layout: str = "columns") -> str:
    return model_previews.html(Signature(model=REF, inputs=fields, layout=layout))  # type: ignore[arg-type]


def test_a_table_shows_values_with_units_and_a_text_its_words_as_text() -> None:
    assert "<span>Body mass</span><b>4,150\N{NO-BREAK SPACE}g</b>" in html(MASS)
    words = "&lt;b&gt;Ada&lt;/b&gt; &amp; co"
    assert html(NAME) == f'<q title="{words}">{words}</q>'


def test_what_is_sensitive_damaged_or_unknown_shows_no_example() -> None:
    secret = Field(name="s", kind="number", examples=(1,), sensitive=True)
    assert html(secret) == "<span>No example</span>"
    damaged = Field(name="p", kind="image", examples=(File(name="p", media_type="", data=b"x"),))
    assert html(damaged) == "<span>No example</span>"
    assert "Name its inputs" in html(MASS, layout="unknown")
    assert "Name its inputs" in model_previews.html(None)


def test_models_are_told_apart_by_what_they_take() -> None:
    kinds = {
        kind_of(Signature(model=REF, inputs=fields, layout="columns"))
        for fields in ((MASS,), (NAME,), (MASS, NAME))
    }
    assert kinds == {"table", "text", "other"}
    assert input_words(Signature(model=REF, inputs=(MASS,), layout="columns")) == "Table, 1 field"
    assert kind_of(None) == "unknown"
