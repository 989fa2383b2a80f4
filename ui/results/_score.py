"""The number that goes with an answer, in the model's own words: on a track where it is a share, on a scale where its ends are
declared."""

from __future__ import annotations

from html import escape

import streamlit as st

from mds_client.prediction import Answer
from mds_client.prediction.output_names import probability_rank, words_of
from mds_client.prediction.shares import share_of
from mds_client.signature import Field, Signature
from ui.results import _scale, _track
from ui.text import amount, percent, plain

# What is a confidence in nothing but the text itself, by the words of its name.
_OF_THE_TEXT = {
    "confidence",
    "certainty",
    "conf",
    "mean",
    "average",
    "avg",
    "overall",
    "text",
    "ocr",
}


def draw_score(answer: Answer, signature: Signature, *, is_still: bool = False) -> None:
    """The score with its name, its place and its meaning; nothing where the model gives none. Who only looks (`is_still`) is
    spared the meaning."""
    if answer.score is None:
        return
    output = signature.output("score") or _unnamed(answer)
    meaning = "" if is_still else output.description
    share = _share(answer, output)
    if share is not None:
        _draw_share(share, output, meaning, _sure_of(output, signature))
        return
    st.markdown(f"{plain(output.title)}: **{plain(amount(answer.score, output.unit))}**")
    if (scale := scale_of(answer, output)) is not None:
        st.html(_scale.html(scale))
    if meaning:
        st.markdown(plain(meaning))


def scale_of(answer: Answer, output: Field) -> _scale.Scale | None:
    """Where the score lies between its ends; None where these are not declared."""
    if answer.score is None or output.minimum is None or output.maximum is None:
        return None
    ends = (output.minimum, output.maximum)
    return _scale.Scale(value=answer.score, unit=output.unit, declared=ends)


def _unnamed(answer: Answer) -> Field:
    """What is known of a score whose output nobody declared: its name."""
    name = answer.score_name.replace("_", " ").replace("-", " ").strip().capitalize()
    return Field(name=answer.score_name, kind="number", label=name or "Score")


def _share(answer: Answer, output: Field) -> float | None:
    """The score as a share, beside a text and under a name that says so. Beside a class it may be that of another one."""
    names = (output.title, output.name)
    if answer.kind != "text" or min(map(probability_rank, names)) > 1:
        return None
    return share_of(output.name, answer.score)


def _sure_of(output: Field, signature: Signature) -> str:
    """What the share is of, in words."""
    if not set(words_of(output.title)) <= _OF_THE_TEXT:
        return f"· {plain(output.title)}"
    is_seen = any(field.kind == "image" for field in signature.inputs)
    return "sure of its reading" if is_seen else "sure of its words"


def _draw_share(share: float, output: Field, meaning: str, of: str) -> None:
    st.markdown(f"**{percent(share)}** {of}")
    described = escape(f"{output.title}: {percent(share)}.", quote=True)
    ends = f"<b>{escape(output.title)}</b><span>{escape(meaning)}</span>"
    st.html(_track.rail(share, described) + f'<div class="mds-ends">{ends}</div>')
