"""What an explanation may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What an explanation may cost: rows sent to the model, requests, seconds. None: no limit."""

    rows: int | None = None
    calls: int | None = None
    seconds: float | None = None

    def __str__(self) -> str:
        parts = [
            f"{self.rows:,} rows" if self.rows is not None else "",
            f"{self.calls:,} calls" if self.calls is not None else "",
            f"{self.seconds:g} seconds" if self.seconds is not None else "",
        ]
        return ", ".join(part for part in parts if part) or "no limit"
