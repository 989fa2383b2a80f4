"""Libraries that only some need: each comes with an extra of the distribution."""

from __future__ import annotations

from importlib.util import find_spec

# What is imported, and the extra that brings it.
EXTRAS = {
    "PIL": "pictures",
    "h2": "http2",
    "lightkube": "kubernetes",
    "re2": "patterns",
    "yaml": "mlflow",
}


def is_installed(module: str) -> bool:
    return find_spec(module) is not None


def missing(module: str, purpose: str) -> str:
    """A sentence on what to install; empty where the module is there. `purpose` begins the sentence."""
    if is_installed(module):
        return ""
    return f"{purpose} needs `pip install 'mds-client[{EXTRAS[module]}]'`."


def require(module: str, purpose: str) -> None:
    """Raises ModuleNotFoundError with the extra to install."""
    if sentence := missing(module, purpose):
        raise ModuleNotFoundError(sentence, name=module)
