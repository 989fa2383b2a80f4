"""The table of settings in the operator's guide, made from settings/: `python -m docs.settings_table`."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from settings import (
    ROOT,
    AccessSettings,
    AddressSettings,
    AlarmSettings,
    DatabaseSettings,
    KubernetesSettings,
    ObjectiveSettings,
    OidcSettings,
    RaySettings,
    RegistrySettings,
    RetentionSettings,
    ServerSettings,
    Settings,
    WebhookSettings,
)

GUIDE = Path(__file__).with_name("operators-guide.md")
BETWEEN = re.compile(r"(<!-- settings: begin.*?-->\n).*?(<!-- settings: end -->)", re.DOTALL)


def table() -> str:
    """Every setting with its default and meaning."""
    head = "| setting | default | meaning |\n| --- | --- | --- |\n"
    return (
        head
        + _rows(Settings)
        + _rows(ServerSettings, prefix="servers[].")
        + _rows(RegistrySettings, prefix="registries[].", known=AddressSettings)
        + _rows(KubernetesSettings, prefix="kubernetes.")
        + _rows(OidcSettings, prefix="oidc.")
        + _rows(AccessSettings, prefix="access[].")
        + _rows(RetentionSettings, prefix="retention[].")
        + _rows(AlarmSettings, prefix="alarms[].")
        + _rows(ObjectiveSettings, prefix="objectives[].")
        + _rows(WebhookSettings, prefix="webhooks[].")
        + _rows(DatabaseSettings, prefix="databases[].")
        + _rows(RaySettings, prefix="ray.")
    )


def written(guide: str) -> str:
    """The guide with the table as it is now."""
    return BETWEEN.sub(lambda found: found.group(1) + table() + found.group(2), guide)


def _rows(model: type[BaseModel], prefix: str = "", known: type[BaseModel] | None = None) -> str:
    """One line a setting; without those that are the same in the model that is known."""
    shared = known.model_fields if known else {}
    return "".join(
        f"| `{prefix}{name}` | {_default(field.get_default(call_default_factory=True))} | {field.description} |\n"
        for name, field in model.model_fields.items()
        if name not in shared or repr(field) != repr(shared[name])
    )


def _default(value: object) -> str:
    shown = value.get_secret_value() if hasattr(value, "get_secret_value") else value
    if shown is PydanticUndefined:
        return "needed"
    if isinstance(shown, list):
        return ", ".join(f"`{item}`" for item in shown) or "none"
    return f"`{shown}`".replace(f"{ROOT}/", "") if shown not in ("", {}, None) else "none"


if __name__ == "__main__":
    GUIDE.write_text(written(GUIDE.read_text()))
