"""Asking a detector that is deployed beside a model: another model of its server, which takes what the model takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mds_client.client.base_client import BaseClient
from mds_client.client.call import new_request_id
from mds_client.client.failures import MALFORMED
from mds_client.protocols.detectors import Verdict, of_detector_error, verdict_of
from mds_client.protocols.protocol import Protocol
from mds_client.signature import ModelRef, Signature, Values
from mds_client.transport.exchange import Exchange, Request, Response


def signature_of_detector(client: BaseClient, signature: Signature, detector: str) -> Signature:
    """What a detector of the model of the signature takes. Raises EndpointRefused where a URL cannot hold its name."""
    ref = client.addressable(ModelRef(server=client.server.name, name=detector))
    return replace(signature, model=ref, outputs=())


def detector_request(protocol: Protocol, of_detector: Signature, rows: Sequence[Values]) -> Request:
    """What asks it about rows."""
    request = protocol.predict_request(of_detector, rows, new_request_id())
    return replace(request, to_detector=True)


def verdict(
    client: BaseClient,
    protocol: Protocol,
    of_detector: Signature,
    rows: int,
    response: Response,
    exchange: Exchange,
) -> Verdict:
    """What it said of so many rows. Raises MdsError in words about it."""
    try:
        client.accepted(protocol, of_detector, response, exchange)
        _, outputs = protocol.read_prediction(of_detector, response, rows)
        return verdict_of(of_detector.model.name, outputs, rows, response)
    except MALFORMED as error:
        raise of_detector_error(client.misread(error, exchange)) from error
