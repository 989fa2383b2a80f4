"""What each stretch of a sound is worth, over its waveform."""

from __future__ import annotations

from charts import waveform
from explanations.contract import Explanation
from mds_client.signature import Values
from ui.explained._parts import file
from ui.figure import draw_figure
from ui.sound import samples

KINDS = ("segments",)


def draw(explanation: Explanation, values: Values) -> None:
    """The amounts over the sound of the case."""
    found = file(values)
    sound = samples(found.data) if found else None
    if sound is not None:
        amounts = [(*a.span, a.amount) for a in explanation.attributions if a.span]
        draw_figure(waveform.figure(sound.values, sound.rate, amounts=amounts), explanation.alt)
