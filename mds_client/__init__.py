"""A client for model deployment services. Usable as a library without the app.

Importing it costs little beyond httpx and NumPy: protocols and codecs load when they are first used.
"""

from mds_client.client.async_client import AsyncMdsClient
from mds_client.client.model import AsyncModel, Model
from mds_client.client.row_splitter import Chunk
from mds_client.client.sync_client import MdsClient
from mds_client.errors import (
    EndpointFailed,
    EndpointRefused,
    EndpointTimedOut,
    EndpointUnreachable,
    InvalidValues,
    MdsError,
    ModelNotFound,
    NotAllowed,
    NotReady,
    Problem,
    SignatureMismatch,
    UnreadableAnswer,
)
from mds_client.prediction import Answer, Output, Prediction
from mds_client.server import ModelInfo, Server
from mds_client.signature import Field, File, ModelRef, Signature
from mds_client.transport.exchange import Exchange
from mds_client.workbench import GivenFeedback, RecordedCase, WorkbenchClient, WorkbenchModel

__all__ = [
    "Answer",
    "AsyncMdsClient",
    "AsyncModel",
    "Chunk",
    "EndpointFailed",
    "EndpointRefused",
    "EndpointTimedOut",
    "EndpointUnreachable",
    "Exchange",
    "Field",
    "File",
    "GivenFeedback",
    "InvalidValues",
    "MdsClient",
    "MdsError",
    "Model",
    "ModelInfo",
    "ModelNotFound",
    "ModelRef",
    "NotAllowed",
    "NotReady",
    "Output",
    "Prediction",
    "Problem",
    "RecordedCase",
    "Server",
    "Signature",
    "SignatureMismatch",
    "UnreadableAnswer",
    "WorkbenchClient",
    "WorkbenchModel",
]
