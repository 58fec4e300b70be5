"""Links to media files that carry their own permission: what, under which name, and until when."""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MAX_TOKEN_LENGTH = 2000
DAY_SECONDS = 86400


class BadLink(Exception):
    """Not a link of ours."""


class ExpiredLink(BadLink):
    """It was one of ours, once."""


@dataclass(frozen=True, slots=True)
class MediaLink:
    """A file of the media store, and how it is to be presented; with an owner, to them alone."""

    key: str
    name: str
    mime: str
    expires_at: datetime
    owner: str = ""


class MediaLinkSigner:
    """Signs and checks links. The signature is HMAC-SHA-256 under a key of its own, derived from the secret."""

    def __init__(self, secret: bytes) -> None:
        if not secret:
            raise ValueError("links cannot be signed without a secret")
        self._key = hmac.digest(secret, b"rabisco media links", hashlib.sha256)

    def sign(self, key: str, name: str, mime: str, expires_at: datetime, owner: str = "") -> str:
        """A token that stands for these, safe in a URL."""
        fields = json.dumps(
            [key, name, mime, int(expires_at.timestamp()), owner], separators=(",", ":"), ensure_ascii=False
        )
        payload = _encode_base64(fields.encode())
        return f"{payload}.{self._sign_payload(payload)}"

    def verify(self, token: str, now: datetime) -> MediaLink:
        """What a token stands for. Raises BadLink, or ExpiredLink."""
        payload, _, signature = token.partition(".")
        if len(token) > MAX_TOKEN_LENGTH or not token.isascii():
            raise BadLink
        if not hmac.compare_digest(self._sign_payload(payload).encode(), signature.encode()):
            raise BadLink
        key, name, mime, expires, *owner = json.loads(_decode_base64(payload))
        link = MediaLink(key, name, mime, datetime.fromtimestamp(expires, UTC), *owner)
        if link.expires_at <= now:
            raise ExpiredLink
        return link

    def _sign_payload(self, payload: str) -> str:
        return _encode_base64(hmac.digest(self._key, payload.encode(), hashlib.sha256))


def expiry_for(now: datetime) -> datetime:
    """When a link made now ends: one to two days from now.

    It moves once a day, so that a film keeps its address, and its place in the browser's cache, while it is watched.
    """
    return datetime.fromtimestamp((now.timestamp() // DAY_SECONDS + 1) * DAY_SECONDS, UTC) + timedelta(days=1)


def _encode_base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode_base64(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise BadLink from error
