"""Verification of Stripe's webhook signatures, and the type and object id of an event. Nothing else of it is used."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bots.billing.provider import WebhookEvent

TOLERANCE_SECONDS = 300  # maximum age of a signature


class BadSignature(Exception):
    """Not signed with one of our secrets, too old, or not an event at all."""


@dataclass(frozen=True, slots=True, repr=False)
class WebhookVerifier:
    """`secrets` are those of the endpoint, several while one is being rotated; `livemode` is that of our key."""

    secrets: Sequence[str]
    livemode: bool

    def verify(self, body: bytes, header: str) -> WebhookEvent:
        """Verify and parse the body of a webhook request; `header` is `Stripe-Signature`. Raises BadSignature."""
        if not any(_is_signed(body, header, secret) for secret in self.secrets if secret):
            raise BadSignature("not signed with a secret of ours")
        event = _parse_event(body)
        if event.livemode is not self.livemode:
            raise BadSignature("of the other mode, live or test, than our key")
        return event


def _is_signed(body: bytes, header: str, secret: str) -> bool:
    from stripe import SignatureVerificationError, WebhookSignature

    try:
        return bool(WebhookSignature.verify_header(body.decode(), header, secret, TOLERANCE_SECONDS))
    except (SignatureVerificationError, UnicodeError):
        return False


def _parse_event(body: bytes) -> WebhookEvent:
    try:
        payload: dict[str, Any] = json.loads(body)
        event_object = payload["data"]["object"]
        return WebhookEvent(
            id=str(payload["id"]),
            kind=str(payload["type"]),
            object_id=str(event_object["id"]),
            livemode=payload["livemode"] is True,
            created_at=datetime.fromtimestamp(int(payload["created"]), UTC),
        )
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise BadSignature("not an event") from error
