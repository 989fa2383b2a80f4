"""What changed in a field, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from health.drift.fields import FieldDrift
from health.drift.joint import JointDrift


def shift_words(field: FieldDrift, title: str) -> str:
    """`Flipper: 30 of 90 values are outside 172 to 231, where all were before.`"""
    parts = []
    if field.outside and field.span:
        low, high = field.span
        parts.append(f"{field.outside} of {field.after} values are outside {low:g} to {high:g}, where all were before")  # fmt: skip
    elif field.unseen:
        parts.append(f"{field.outside} of {field.after} have a value that was never there before: {', '.join(field.unseen)}")  # fmt: skip
    if field.missing[1] > field.missing[0] + 0.05:
        parts.append(f"{field.missing[1]:.0%} have no value, before it was {field.missing[0]:.0%}")
    return f"{title}: {'; '.join(parts) or 'its values are spread differently'}."


def joint_words(found: JointDrift, titles: Mapping[str, str]) -> str:
    """`Review: recent and first cases are told apart in 83 of 100 pairs (50 by chance; n=300 and 200; by the log-mel spectrum).`"""
    names = {"together": "All inputs together", "embedding": "What the model makes of its inputs"}
    title = names.get(found.kind) or titles.get(found.name, found.name)
    verdict = "have changed" if found.is_flagged else "no more than chance explains"
    if found.kind in ("field", "embedding") and found.is_flagged:
        verdict = "has changed"
    return (
        f"{title}: {verdict}. Recent and first cases are told apart in {found.share * 100:.0f} of 100 pairs (by chance in 50; "
        f"n={found.before:,} and {found.after:,}), by {found.features}."
    )
