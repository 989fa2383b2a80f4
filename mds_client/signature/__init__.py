"""What a model takes and what it answers, put together from every source there is, each fact with its own.

`Field` and `Signature` are handed out here; `facts` is what one source knows, `merge_facts` joins sources,
`metadata` reads what a server declares, `checks` and `rows` hold values against a signature.
"""

from mds_client.signature.field_spec import (
    FILE_KINDS,
    FORMATS,
    MAX_FILE_BYTES,
    NUMERIC_KINDS,
    PIXEL_FORMATS,
    TABULAR_KINDS,
    File,
    Kind,
    Layout,
    Role,
    Storage,
    Values,
)
from mds_client.signature.signature import Explainer, Field, ModelRef, Signature

__all__ = [
    "FILE_KINDS",
    "FORMATS",
    "MAX_FILE_BYTES",
    "NUMERIC_KINDS",
    "PIXEL_FORMATS",
    "TABULAR_KINDS",
    "Explainer",
    "Field",
    "File",
    "Kind",
    "Layout",
    "ModelRef",
    "Role",
    "Signature",
    "Storage",
    "Values",
]
