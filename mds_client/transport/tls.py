"""How a server proves who it is, and how we do."""

from __future__ import annotations

import logging
import ssl
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Tls:
    """Paths of PEM files. With `ca_file` only that authority is trusted."""

    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    verify: bool = True


def verification(tls: Tls, server: str) -> ssl.SSLContext | bool:
    """What httpx takes as `verify`. Raises OSError (ssl.SSLError) for files that cannot be read."""
    if tls == Tls():
        return True
    context = ssl.create_default_context(cafile=tls.ca_file or _public_authorities())
    if not tls.verify:
        log.warning("%s: its certificate is not checked, because of verify = false", server)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if tls.cert_file:
        context.load_cert_chain(tls.cert_file, tls.key_file or None)
    return context


def _public_authorities() -> str:
    import certifi

    return certifi.where()
