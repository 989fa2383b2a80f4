"""What changed in a field, in a sentence."""

from __future__ import annotations

from health.drift.fields import FieldDrift


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
