"""Where each fact comes from, and one click for a guess that is right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import streamlit as st

from mds_client.signature import Field, Signature
from mds_client.signature.facts import Facts, FieldFacts
from signatures.changes import FACTS, shown
from signatures.overlay import confirmed, uncertain
from ui import schema_discovery
from ui.signatures.draft import Desk, reopen
from ui.text import plain

_MOST_SHOWN = 8
_COLOURS = {"edited": "blue", "guessed": "orange", "learned": "orange", "probed": "orange"}
_DECLARED_AS = {"required": "optional", "typical": "min"}  # the server's words for these facts
_MEANINGS = {
    "edited": "by a person, here",
    "registry": "by a model registry",
    "declared": "by the server",
    "openapi": "in the server's OpenAPI document",
    "learned": "from values that were seen",
    "probed": "from what the model refused",
    "guessed": "from datatype and shape",
}


def draw(desk: Desk) -> None:
    """The facts that nobody declared, to confirm; then every fact of one field."""
    signature = desk.edited
    schema_discovery.draw_ways(desk.entry.ref, signature)
    _draw_guesses(desk, signature)
    names = [field.name for field in signature.inputs]
    picked = st.selectbox(
        "Facts of the field", names, key=desk.draft.widget("source"), filter_mode="fuzzy",
        format_func=lambda name: f"{signature[name].title} ({name})" if name in names else name,
    )  # fmt: skip
    if picked in names:
        _draw_facts(
            signature[picked], "guessed" if desk.declared.layout == "unknown" else "declared"
        )


def _draw_guesses(desk: Desk, signature: Signature) -> None:
    guesses = [(field, fact) for field in signature.inputs for fact in uncertain(field)]
    if not guesses:
        st.markdown("Every fact was declared, or confirmed by a person.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        count = "1 fact" if len(guesses) == 1 else f"{len(guesses)} facts"
        st.markdown(f"Nobody declared {count}: guessed, learned or probed.", width="stretch")
        st.button(
            "Confirm all", icon=":material/done_all:", key=desk.draft.widget("confirm_all"),
            on_click=_confirm, args=(desk, [(field.name, fact) for field, fact in guesses]),
        )  # fmt: skip
    for field, fact in guesses[:_MOST_SHOWN]:
        _draw_guess(desk, field, fact)
    if len(guesses) > _MOST_SHOWN:
        st.caption(f"and {len(guesses) - _MOST_SHOWN} more")


def _draw_guess(desk: Desk, field: Field, fact: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        value = plain(shown(getattr(field, fact)))
        words = f"**{plain(field.title)}**: {FACTS[fact]} {value} {_badge(field.provenance[fact])}"
        st.markdown(words, width="stretch")
        st.button(
            "Confirm", icon=":material/check:", key=desk.draft.widget(f"confirm_{field.name}_{fact}"),
            on_click=_confirm, args=(desk, [(field.name, fact)]),
            help=f"The {FACTS[fact]} of {field.name} is correct",
        )  # fmt: skip


def _confirm(desk: Desk, guesses: Sequence[tuple[str, str]]) -> None:
    reopen(desk.draft, with_confirmed(desk.draft.content, desk.edited, guesses))


def with_confirmed(
    content: Facts, signature: Signature, guesses: Sequence[tuple[str, str]]
) -> Facts:
    """The content with these facts of fields as a person's own."""
    fields = dict(content.fields)
    for name, fact in guesses:
        facts = fields.get(name, FieldFacts())
        own = getattr(confirmed(signature, name, fact), fact)
        fields[name] = replace(facts, **{fact: own})
    return replace(content, fields=fields)


def _draw_facts(field: Field, of_the_wire: str) -> None:
    lines = list(_lines(field, of_the_wire))
    st.markdown("\n".join(lines) or "Only its name is known.")


def _lines(field: Field, of_the_wire: str) -> Iterator[str]:
    """A line for each fact that has a source; datatype and shape always have one."""
    for fact, word in FACTS.items():
        source = field.provenance.get(fact) or field.provenance.get(_DECLARED_AS.get(fact, ""), "")
        if fact in ("datatype", "shape"):
            source = source or of_the_wire
        if source:
            yield f"- {word}: {plain(shown(getattr(field, fact)))} {_badge(source)}"


def _badge(source: str) -> str:
    """The word for a source; the one for a guess says what it was guessed from."""
    word = source.split()[0]
    return f":{_COLOURS.get(word, 'gray')}-badge[{word}, {_MEANINGS.get(word, 'by a source')}]"
