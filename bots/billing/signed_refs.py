"""Signed reference in the URL of a static Payment Link: names the user it was created for, and expires.

Anybody can edit a URL, and links are passed on; so the reference says only whom to credit, never what was bought.
"""

import base64
import binascii
import hashlib
import hmac
import uuid
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

LIFETIME = timedelta(days=7)
_PURPOSE = b"rabisco.payment-link.1:"
_BODY, _SIGNATURE = 20, 16  # bytes: person id (16) and expiry (4); the truncated HMAC
_LENGTH = 48  # characters, in base64


def sign_reference(secret: bytes, person_id: uuid.UUID, now: datetime, lifetime: timedelta = LIFETIME) -> str:
    """Create a `client_reference_id` for a person: 48 letters, digits, - and _, as Stripe takes them."""
    expires_at = int((now + lifetime).timestamp())
    body = person_id.bytes + expires_at.to_bytes(4, "big")
    return base64.urlsafe_b64encode(body + _compute_signature(secret, body)).decode()


def person_id_from(secret: bytes, reference: str | None, at: datetime) -> uuid.UUID | None:
    """The id of the person in a reference; None when it is malformed, not signed with our secret, or expired at `at`.

    Pass the time the session was created as `at`: a checkout begun in time counts, however long a boleto takes.
    """
    data = _decode(reference or "")
    if len(data) != _BODY + _SIGNATURE:
        return None
    body, signature = data[:_BODY], data[_BODY:]
    if not hmac.compare_digest(_compute_signature(secret, body), signature):
        return None
    expires_at = datetime.fromtimestamp(int.from_bytes(body[16:], "big"), UTC)
    return uuid.UUID(bytes=body[:16]) if at < expires_at else None


def add_reference(link: str, reference: str) -> str:
    """Add the reference to the URL of a Payment Link."""
    return f"{link}{'&' if '?' in link else '?'}{urlencode({'client_reference_id': reference})}"


def _compute_signature(secret: bytes, body: bytes) -> bytes:
    return hmac.digest(secret, _PURPOSE + body, hashlib.sha256)[:_SIGNATURE]


def _decode(reference: str) -> bytes:
    is_ours = len(reference) == _LENGTH and reference.isascii() and not set("+/") & set(reference)
    if not is_ours:  # with `altchars` + and / are still taken for - and _
        return b""
    try:
        return base64.b64decode(reference, altchars=b"-_", validate=True)
    except binascii.Error:
        return b""
