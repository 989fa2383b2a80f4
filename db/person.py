"""Who a row belongs to: the name that a person is known by, the same in every table."""

from db.tables import SHORT
from db.types import clip

ANONYMOUS = "anonymous"


def known(person: str) -> str:
    """The person's name as it is kept; somebody unknown is `anonymous`."""
    return clip(person.strip(), SHORT) or ANONYMOUS
