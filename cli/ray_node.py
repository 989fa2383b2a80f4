"""What runs in a process of a Ray cluster: the workbench of that machine, with the settings of that machine."""

from __future__ import annotations

import logging
import os
from typing import cast

from batch.engines import node
from batch.engines.contract import Tools
from batch.engines.node import Order, Told
from db.errors import StorageError

log = logging.getLogger(__name__)


def work(order: Order) -> Told:
    """Take chunks until the run is over. Never raises: what goes wrong crosses the cluster as a sentence without secrets."""
    import services
    from settings import settings

    os.umask(0o077)  # what this process writes is for its owner alone
    try:
        configured = settings()
        logging.basicConfig(level=configured.log_level)
        services.hide_secrets_in_logs()
        built = services.build(configured)
    except ValueError as error:  # of the settings or a server: its words name no secret
        log.exception("the settings cannot be used")
        return Told(sentence=f"A machine of the cluster cannot work. {error}")
    except StorageError:
        log.exception("the database does not answer")
        return Told(sentence="The database does not answer a machine of the cluster.")
    try:
        return node.work(cast(Tools, built), order)
    except Exception:
        log.exception("the batch broke")
        return Told(sentence="A machine of the cluster broke off; the log of Ray there says why.")
    finally:
        built.close()
