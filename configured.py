"""What the settings say, in the terms of the rooms that it is for."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import db.engine
from cases.audit_sample import AuditPolicy, AuditSlice
from db.outbox import Target
from db.private_key import private_key
from db.scope import Models
from feedback.deliveries import SERVER, WEBHOOK
from settings import ROOT, Settings


def batches_root(settings: Settings) -> Path:
    """Where large files lie: the folder of the settings, else one beside the database, or in `var`."""
    if settings.batch_folder is not None:
        return settings.batch_folder
    file = db.engine.location(settings.database_url.get_secret_value())
    return (file.parent if file else ROOT / "var") / "batches"


def targets_of(settings: Settings) -> list[Target]:
    """Where what people say of cases goes."""
    servers = tuple(Models(server=server.name) for server in settings.servers if server.feedback)
    found = [Target(name=SERVER, models=servers, takes_unsure=False)] if servers else []
    for each in settings.webhooks:
        models = tuple(
            Models(server=server, name=name) for server in each.servers for name in each.models
        )
        found.append(Target(name=f"{WEBHOOK}{each.name}", models=models))
    return found


def audit_policy(settings: Settings) -> AuditPolicy:
    """How often which cases are drawn for audit."""
    slices = tuple(
        AuditSlice(
            models=tuple(Models(server=s, name=m) for s in each.servers for m in each.models),
            field=each.field,
            values=frozenset(each.values),
            probability=each.probability,
        )
        for each in settings.audit
    )
    return AuditPolicy(probability=settings.audit_probability, slices=slices)


def hash_key_of(settings: Settings) -> bytes:
    """The key of hashed values; nothing while no rule is about sensitive values. Raises OSError."""
    key = settings.privacy_key.get_secret_value().encode()
    if key or not settings.sensitive:
        return key
    return private_key(settings.database_url.get_secret_value())


def app_version() -> str:
    """The version of this app: jobs in the queue of another are taken over when nobody runs that any more."""
    return version("mds-workbench")
