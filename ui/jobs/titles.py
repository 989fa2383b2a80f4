"""What jobs are called on pages: with the titles of the models that they ask, in the place of their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from jobs.store import JobView
from mds_client.signature import ModelRef
from ui.model_titles import Named, of_models
from ui.session import services


def titled(jobs: Sequence[JobView]) -> list[JobView]:
    """The same jobs: `birds.csv: Penguins, version v2` in place of `birds.csv: demo/penguins@v2`. What names no model that is deployed stays
    as it is."""
    asked = {job.id: ref for job in jobs if (ref := _model_of(job))}
    known = {of for of in {(r.server, r.name) for r in asked.values()} if _is_known(*of)}
    titles = of_models(known)
    return [_titled(job, asked.get(job.id), titles) for job in jobs]


def _titled(job: JobView, ref: ModelRef | None, titles: Named) -> JobView:
    if ref is None or (ref.server, ref.name) not in titles:
        return job
    version = f", version {ref.version}" if ref.version else ""
    head = job.title.rpartition(": ")[0]
    return replace(job, title=f"{head}: {titles[ref.server, ref.name]}{version}")


def _model_of(job: JobView) -> ModelRef | None:
    """The model that its title ends with, after a colon."""
    head, _, last = job.title.rpartition(": ")
    try:
        return ModelRef.parse(last) if head else None
    except ValueError:
        return None


def _is_known(server: str, model: str) -> bool:
    return bool(services().model_title(server, model))
