"""Which words carry the answer: each is left out once; of a long text first whole sentences."""

from __future__ import annotations

from explanations.contract import Budget, ExplainContext, Explanation, Kind, Scope
from explanations.errors import ExplanationFailed
from explanations.parts.occlusion import Hiding, Part, has_one, occlude, the_field
from explanations.parts.words import Stretch, Words
from mds_client.signature import Signature

NAME = "occlusion_text"
TITLE = "Which words matter"
KIND: Kind = "spans"
SCOPE: Scope = "case"
# Texts of so many words are taken apart word by word at once, longer ones group by group.
FEW_WORDS = 60
GROUPS, GROUPS_AGAIN = 20, 12
MOST_PARTS = 160


def describe() -> str:
    return "How much the answer changes when a word is left out."


def suits(signature: Signature) -> bool:
    return has_one(signature, "text")


def cost(signature: Signature) -> Budget:
    return Budget(rows=MOST_PARTS + 10, calls=MOST_PARTS + 10, seconds=30)


def explain(context: ExplainContext) -> Explanation:
    field = the_field(context.signature, "text")
    words = Words(str(context.values[field.name] or ""))
    if not len(words):
        raise ExplanationFailed("The text has no words that could be left out.")
    most = FEW_WORDS if len(words) <= FEW_WORDS else GROUPS
    hiding = Hiding(
        field=field,
        whole=words.text,
        parts=_parts(words, words.all, most),
        most=MOST_PARTS,
        how=""
        if len(words) <= FEW_WORDS
        else "Of a long text only the parts that matter are split further.",
    )
    return occlude(context, hiding)


def _parts(words: Words, stretch: Stretch, most: int) -> list[Part]:
    return [_part(words, finer) for finer in words.taken_apart(stretch, most)]


def _part(words: Words, stretch: Stretch) -> Part:
    return Part(
        title=words.text_of(stretch),
        span=words.span(stretch),
        without=lambda: words.without(stretch),
        finer=lambda: _parts(words, stretch, GROUPS_AGAIN) if len(stretch) > 1 else (),
    )
