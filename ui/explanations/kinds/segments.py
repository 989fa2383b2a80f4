"""What each stretch of a sound is worth, over its waveform; the strongest can be heard."""

from __future__ import annotations

import streamlit as st

from charts import waveform
from explanations import narration
from explanations.contract import Attribution, Explanation
from explanations.parts.sounds import Sound
from mds_client.signature import File, Values
from ui.explanations.kinds._parts import file
from ui.explanations.kinds.spans import amount_words, colour_legend
from ui.figure import FROM_AFAR, draw_figure
from ui.sound import samples

KINDS = ("segments",)
_MOST_HEARD = 3
_ALL = "The whole sound"


def draw(explanation: Explanation, values: Values) -> None:
    """The amounts over the sound of the case, and a player of its strongest stretches."""
    recording = file(values)
    if recording is None or not _draw_waveform(explanation, recording):
        return
    st.caption(colour_legend(explanation))
    if not explanation.is_rough:
        _draw_player(explanation, recording)


def draw_still(explanation: Explanation, values: Values) -> None:
    """The amounts over the sound, for people who only look."""
    if recording := file(values):
        _draw_waveform(explanation, recording, is_still=True)


def _draw_waveform(explanation: Explanation, recording: File, *, is_still: bool = False) -> bool:
    """Whether there is one."""
    sound = samples(recording.data)
    if sound is None:
        return False
    amounts = [
        waveform.Amount(*each.span, each.amount, amount_words(explanation, each))
        for each in explanation.attributions
        if each.span
    ]
    figure = waveform.figure(sound.values, sound.rate, amounts=amounts)
    if is_still:
        draw_figure(waveform.from_afar(figure), explanation.alt, size=FROM_AFAR)
    else:
        draw_figure(figure, explanation.alt)
    return True


@st.fragment
def _draw_player(explanation: Explanation, sound: File) -> None:
    """Choosing a stretch draws the player again, and nothing else."""
    stretches = {_label(each): each.span for each in strongest_stretches(explanation)}
    key = f"heard_{explanation.method}_{explanation.seed}"
    chosen = st.pills("Listen to", [_ALL, *stretches], default=_ALL, required=True, key=key)
    stretch = stretches.get(chosen or _ALL)
    # Streamlit 1.67 starts a player at whole seconds only: a stretch is a sound of its own.
    data = Sound.read(sound).between(*stretch).file().data if stretch else sound.data
    st.audio(data, format=sound.media_type or "audio/wav")


def strongest_stretches(explanation: Explanation) -> list[Attribution]:
    """The stretches that move the answer most, in order of time."""
    strongest = narration.strongest_first(explanation.attributions)[:_MOST_HEARD]
    effective = [each for each in strongest if each.span and each.amount]
    return sorted(effective, key=lambda each: each.span or (0, 0))


def _label(each: Attribution) -> str:
    start, end = each.span or (0, 0)
    return f"{start:.1f} to {end:.1f} s"
