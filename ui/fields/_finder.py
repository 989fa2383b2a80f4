"""The search in a long form. It runs in the browser: nothing is sent, and nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mds_client.signature import Field
from ui import scripts

_MOST_OPENED = 40  # fields: groups open by themselves when the search left no more than these
_STYLE = """
label { display: flex; flex-wrap: wrap; gap: .25rem .5rem; align-items: center; font-size: .875rem; }
input { flex: 1 1 8rem; min-width: 0; box-sizing: border-box; font: inherit; color: inherit; padding: .5rem .75rem; border-radius: .5rem;
  background: var(--st-secondary-background-color); border: 1px solid var(--st-border-color); }
input:focus-visible { outline: 2px solid var(--st-primary-color); }
output { display: block; font-size: .875rem; min-height: 1.2rem; }
"""


def draw(key: str, fields: Mapping[str, Field], groups: Mapping[str, Sequence[str]]) -> None:
    """A search over the containers of these fields, by the keys of the containers."""
    scripts.run(
        "find",
        f"{key}_find",
        {
            "label": "Find an input",
            "placeholder": f"among {len(fields)}",
            "fields": {name: _words(field) for name, field in fields.items()},
            "groups": {name: list(members) for name, members in groups.items()},
            "most": _MOST_OPENED,
        },
        style=_STYLE,
    )


def _words(field: Field) -> str:
    return " ".join((field.title, field.name, field.group, field.unit, field.description)).lower()
