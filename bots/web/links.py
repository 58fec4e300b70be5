"""Signed links to media files: which file, under which name, for whom, and until when."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

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
    """Signs and verifies links. The signature is HMAC-SHA-256 under a key of its own, derived from the secret.

    It covers the expiry, not the time of signing: a file's links of one day are equal (see `expiry_for`). The payload
    is not made by itsdangerous' serializers, which compress it: such tokens begin with a dot, as hidden files do.
    """

    def __init__(self, secret: bytes) -> None:
        if not secret:
            raise ValueError("links cannot be signed without a secret")
        self._signer = Signer(secret, salt=b"rabisco media links", key_derivation="hmac", digest_method=hashlib.sha256)

    def sign(self, key: str, name: str, mime: str, expires_at: datetime, owner: str = "") -> str:
        """A signed token of these values, safe in a URL."""
        fields = [key, name, mime, int(expires_at.timestamp()), owner]
        payload = json.dumps(fields, separators=(",", ":"), ensure_ascii=False)
        return self._signer.sign(base64_encode(payload)).decode()

    def verify(self, token: str, now: datetime) -> MediaLink:
        """The link of a token. Raises BadLink, or ExpiredLink."""
        if len(token) > MAX_TOKEN_LENGTH:
            raise BadLink
        try:
            key, name, mime, expires, *owner = json.loads(base64_decode(self._signer.unsign(token)))
        except BadData as error:
            raise BadLink from error
        link = MediaLink(key, name, mime, datetime.fromtimestamp(expires, UTC), *owner)
        if link.expires_at <= now:
            raise ExpiredLink
        return link


def expiry_for(now: datetime) -> datetime:
    """Expiry of a link signed now: one to two days from now.

    It moves once a day, so that a film keeps its URL, and its entry in the browser's cache, while it is watched.
    """
    return datetime.fromtimestamp((now.timestamp() // DAY_SECONDS + 1) * DAY_SECONDS, UTC) + timedelta(days=1)
