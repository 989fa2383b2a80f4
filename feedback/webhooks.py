"""Webhooks: what people say of cases, sent to the addresses that the operator configured, signed.

The form is that of Standard Webhooks (https://www.standardwebhooks.com): `webhook-id`, `webhook-timestamp` and
`webhook-signature`, which is `v1,` and the Base64 of HMAC-SHA256 over "id.timestamp.body" with the shared secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime

import httpx

from db.cases import CaseView
from db.feedback import FeedbackView
from db.ids import utc_now
from mds_client.errors import EndpointFailed, EndpointUnreachable

TYPE = "feedback.given"


def body_of(case: CaseView, said: FeedbackView) -> bytes:
    """What is sent. Neither what was entered in the case nor who said it is in it."""
    content = {
        "type": TYPE,
        "timestamp": said.created_at.isoformat(),
        "data": {
            "feedback": said.id,
            "replaces": said.replaces,
            "case": case.id,
            "server": case.server,
            "model": case.model,
            "version": case.version,
            "answer": case.answer_label if case.answer_label is not None else case.answer_number,
            "judgement": said.judgement,
            "truth": said.truth,
            "reason": said.reason,
            "comment": said.comment,
            "confidence": said.confidence,
            "answers": said.answers or {},
            "channel": said.channel,
            "audit_probability": case.audit_probability,
            "is_audited": case.is_audited,
        },
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature`."""
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    digest = hmac.new(secret, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


class Webhook:
    """Sends statements to one address, which takes them with a status of 2xx. No redirect is followed: only the address
    that the operator configured is asked."""

    def __init__(
        self,
        *,
        url: str,
        secret: bytes,
        seconds: float,
        client: httpx.Client | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._url, self._secret, self._clock = url, secret, clock
        self._client = client or httpx.Client(timeout=seconds, follow_redirects=False)

    def __call__(self, delivery_id: str, case: CaseView, said: FeedbackView) -> bool:
        """Send one. Raises EndpointUnreachable and EndpointFailed."""
        body, timestamp = body_of(case, said), int(self._clock().timestamp())
        headers = {
            "content-type": "application/json",
            "webhook-id": delivery_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self._secret, delivery_id, timestamp, body),
        }
        try:
            # Nothing of the answer is read but its status: it is foreign, and nobody needs it.
            with self._client.stream("POST", self._url, content=body, headers=headers) as answer:
                status = answer.status_code
        except httpx.HTTPError as error:
            raise EndpointUnreachable(
                "The webhook does not answer.", detail=type(error).__name__
            ) from error
        if not 200 <= status < 300:
            raise EndpointFailed(f"The webhook answered with status {status}.")
        return True

    def close(self) -> None:
        self._client.close()
