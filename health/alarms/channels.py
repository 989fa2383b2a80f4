"""The ways out that the settings name: a mail, a chat or a webhook each, by Apprise.

The address of each is a secret: it is read when a message goes, and stands in no record, log or error.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Protocol

from db.scope import Models

# How long one service may take.
SECONDS = 15.0
log = logging.getLogger(__name__)


class Secret(Protocol):
    """A text that is not shown by accident."""

    def get_secret_value(self) -> str: ...


class Setting(Protocol):
    """What the settings say of one."""

    @property
    def name(self) -> str: ...
    @property
    def url(self) -> Secret: ...
    @property
    def kinds(self) -> Iterable[str]: ...
    @property
    def servers(self) -> Iterable[str]: ...
    @property
    def models(self) -> Iterable[str]: ...


class Channels:
    """Every way out, by its name."""

    def __init__(self, settings: Iterable[Setting]) -> None:
        self._by_name = {each.name: each for each in settings}

    def for_alarm(self, server: str, model: str, kind: str) -> list[str]:
        """The names of those who are told of a kind of alarm on a model."""
        return [n for n, each in self._by_name.items() if _is_for(each, server, model, kind)]

    def send(self, name: str, title: str, body: str) -> bool:
        """Whether the service took it. Never raises, and never says what the address is."""
        import apprise  # a quarter of a second, which whoever sends nothing need not take

        # What it logs of a failure may hold parts of the address.
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        asset = apprise.AppriseAsset(
            app_id="MDS Workbench",
            storage_mode=apprise.PersistentStoreMode.MEMORY,
            secure_logging=True,
            service_timeout=SECONDS,
        )
        asset.http_redirects = False
        sender = apprise.Apprise(asset=asset)
        if not sender.add(self._by_name[name].url.get_secret_value()):
            log.error("the address of the channel %s is none that Apprise knows", name)
            return False
        try:
            return bool(sender.notify(title=title, body=body))
        except Exception as error:  # a plugin of somebody else
            log.error("the channel %s failed: %s", name, type(error).__name__)
            return False


def _is_for(setting: Setting, server: str, model: str, kind: str) -> bool:
    if kind not in setting.kinds:
        return False
    patterns = (Models(server=s, name=m) for s in setting.servers for m in setting.models)
    return any(each.matches(server, model) for each in patterns)
