"""Verification of Stripe's webhook signatures, and the type and object id of an event. Nothing else of it is used."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bots.billing.port import News

TOLERANCE = 300  # maximum age of a signature


class BadSignature(Exception):
    """Not signed with one of our secrets, too old, or not an event at all."""


@dataclass(frozen=True, slots=True, repr=False)
class Signatures:
    """`secrets` are those of the endpoint, several while one is being rotated; `livemode` is that of our key."""

    secrets: Sequence[str]
    live: bool

    def read(self, body: bytes, header: str) -> News:
        """Verify and parse the body of a webhook request; `header` is `Stripe-Signature`. Raises BadSignature."""
        if not any(_is_signed(body, header, secret) for secret in self.secrets if secret):
            raise BadSignature("not signed with a secret of ours")
        news = _news(body)
        if news.livemode is not self.live:
            raise BadSignature("of the other mode, live or test, than our key")
        return news


def _is_signed(body: bytes, header: str, secret: str) -> bool:
    from stripe import SignatureVerificationError, WebhookSignature

    try:
        return bool(WebhookSignature.verify_header(body.decode(), header, secret, TOLERANCE))
    except (SignatureVerificationError, UnicodeError):
        return False


def _news(body: bytes) -> News:
    try:
        told: dict[str, Any] = json.loads(body)
        about = told["data"]["object"]
        return News(
            id=str(told["id"]),
            kind=str(told["type"]),
            object_id=str(about["id"]),
            livemode=told["livemode"] is True,
            created_at=datetime.fromtimestamp(int(told["created"]), UTC),
        )
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise BadSignature("not an event") from error
