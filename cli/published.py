"""What people published of a model's answer, for commands that read answers: the same that the pages go by."""

from __future__ import annotations

from dataclasses import replace

from mds_client.errors import MdsError
from mds_client.signature import Signature
from settings import settings


def as_published(signature: Signature) -> Signature:
    """The signature with the roles and the labels that were published of its outputs.

    What the model takes stays as the server declares it. Where nothing is published, or the database cannot be read,
    the signature is as it was.
    """
    from db.engine import close, location, make_sessions  # here: a third of a second to import
    from signatures.overlay import facts_of, latest, together

    url = settings().database_url.get_secret_value()
    path = location(url)
    if path is not None and not path.exists():
        return signature  # the app never ran here: no database is made for a question
    sessions = make_sessions(url)
    try:
        published = latest(sessions, signature.model)
    except MdsError:
        return signature
    finally:
        close(sessions)
    if published is None:
        return signature
    whole = together(signature, overlay=facts_of(published))
    return replace(signature, outputs=whole.outputs, answer_roles=whole.answer_roles)
