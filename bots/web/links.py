"""Signed links to media files: which file, under which name, for whom, and until when."""

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
    """The signature does not match."""


class ExpiredLink(BadLink):
    """The link was valid, and has expired."""


@dataclass(frozen=True, slots=True)
class MediaLink:
    """A file of the media store, and how it is presented; with an owner, to that user alone."""

    key: str
    name: str
    mime: str
    expires_at: datetime
    owner: str = ""


class MediaLinkSigner:
    """Signs and verifies links. The signature is HMAC-SHA-256 under a key of its own, derived from the secret."""

    def __init__(self, secret: bytes) -> None:
        if not secret:
            raise ValueError("links cannot be signed without a secret")
        self._key = hmac.digest(secret, b"rabisco media links", hashlib.sha256)

    def sign(self, key: str, name: str, mime: str, expires_at: datetime, owner: str = "") -> str:
        """A signed token of these values, safe in a URL."""
        fields = json.dumps(
            [key, name, mime, int(expires_at.timestamp()), owner], separators=(",", ":"), ensure_ascii=False
        )
        payload = _encode_base64(fields.encode())
        return f"{payload}.{self._sign_payload(payload)}"

    def verify(self, token: str, now: datetime) -> MediaLink:
        """The link of a token. Raises BadLink, or ExpiredLink."""
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
    """Expiry of a link signed now: one to two days from now.

    It moves once a day, so that a film keeps its URL, and its entry in the browser's cache, while it is watched.
    """
    return datetime.fromtimestamp((now.timestamp() // DAY_SECONDS + 1) * DAY_SECONDS, UTC) + timedelta(days=1)


def _encode_base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode_base64(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise BadLink from error
