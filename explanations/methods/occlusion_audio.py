"""Which stretches of a sound carry the answer: each is silenced once, long stretches first."""

from __future__ import annotations

from explanations.contract import Budget, ExplainContext, Explanation, Kind, Scope
from explanations.parts.occlusion import Hiding, Part, has_one, occlude, the_field
from explanations.parts.sounds import Sound
from mds_client.signature import Signature

NAME = "occlusion_audio"
TITLE = "Which moments matter"
KIND: Kind = "segments"
SCOPE: Scope = "case"
STRETCHES = 6
HALVES = 2
SHORTEST_SECONDS = 0.2
MOST_PARTS = 26


def describe() -> str:
    return "How much the answer changes when a stretch of the sound is silenced."


def suits(signature: Signature) -> bool:
    return has_one(signature, "audio")


def cost(signature: Signature) -> Budget:
    return Budget(rows=MOST_PARTS + 10, calls=MOST_PARTS + 10, seconds=60)


def explain(context: ExplainContext) -> Explanation:
    field = the_field(context.signature, "audio")
    sound = Sound.read(context.values[field.name])
    hiding = Hiding(
        field=field,
        whole=context.values[field.name],
        nothing=sound.silenced(0, sound.frames).file(),
        parts=_parts(sound, 0, sound.frames, STRETCHES),
        most=MOST_PARTS,
        how="Hidden stretches are silent.",
    )
    return occlude(context, hiding)


def _parts(sound: Sound, start: int, end: int, count: int) -> list[Part]:
    """The stretches of a stretch; none shorter than can be told apart by ear."""
    most = max(1, int((end - start) / sound.rate / SHORTEST_SECONDS))
    return [_part(sound, *stretch) for stretch in sound.stretches(start, end, min(count, most))]


def _part(sound: Sound, start: int, end: int) -> Part:
    first, last = round(start / sound.rate, 3), round(end / sound.rate, 3)
    return Part(
        title=f"{first:.1f} to {last:.1f} s",
        span=(first, last),
        without=lambda: sound.silenced(start, end).file(),
        finer=lambda: _parts(sound, start, end, HALVES),
    )
