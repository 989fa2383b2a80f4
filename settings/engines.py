"""What the settings say of where large files are asked about."""

from __future__ import annotations

from pydantic import BaseModel, Field


class RaySettings(BaseModel, extra="forbid", hide_input_in_errors=True):
    """An existing cluster of Ray, whose machines have the workbench and its settings."""

    address: str = Field(
        pattern=r"^(ray://)?[A-Za-z0-9.\-]+:[0-9]+$",
        description="Where its head is: `host:6379` from a machine of the cluster, `ray://host:10001` from any other",
    )
    from_rows: int = Field(
        1_000_000,
        ge=1,
        description="From so many rows on a large file is asked about there, where `batch_engine` is `auto`",
    )
    processes: int = Field(
        32,
        ge=1,
        description="How many processes work on a file there, at most: one for each processor of the cluster",
    )
