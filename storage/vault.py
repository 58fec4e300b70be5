"""Secrets at rest: sealed with a key that follows from the operator's, one for each purpose."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Sealed(Exception):
    """It was sealed with another key, for another purpose, or is damaged."""


def seal(secret: bytes, purpose: str, content: bytes) -> bytes:
    """Encrypt and sign (Fernet, under a key derived by HKDF); `unseal` with the same secret and purpose opens it."""
    return _box(secret, purpose).encrypt(content)


def unseal(secret: bytes, purpose: str, sealed: bytes) -> bytes:
    """Raises Sealed."""
    try:
        return _box(secret, purpose).decrypt(sealed)
    except InvalidToken:
        raise Sealed(purpose) from None


def derived(secret: bytes, purpose: str, salt: bytes | None = None) -> bytes:
    """32 bytes that follow from a secret, for one purpose alone."""
    return HKDF(SHA256(), 32, salt=salt, info=f"rabisco {purpose}".encode()).derive(secret)


def _box(secret: bytes, purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived(secret, purpose)))
