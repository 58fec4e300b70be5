"""Encryption of secrets at rest, with keys derived from the operator's secret key, one for each purpose."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class DecryptionError(Exception):
    """The data was encrypted with another key or for another purpose, or is damaged."""


def encrypt(secret: bytes, purpose: str, plaintext: bytes) -> bytes:
    """Encrypt and sign (Fernet, under a key derived by HKDF); `decrypt` takes the same secret and purpose."""
    return _build_fernet(secret, purpose).encrypt(plaintext)


def decrypt(secret: bytes, purpose: str, ciphertext: bytes) -> bytes:
    """Decrypt and verify. Raises DecryptionError."""
    try:
        return _build_fernet(secret, purpose).decrypt(ciphertext)
    except InvalidToken:
        raise DecryptionError(purpose) from None


def derive_key(secret: bytes, purpose: str, salt: bytes | None = None) -> bytes:
    """Derive a key of 32 bytes from a secret for one purpose (HKDF-SHA256)."""
    return HKDF(SHA256(), 32, salt=salt, info=f"rabisco {purpose}".encode()).derive(secret)


def _build_fernet(secret: bytes, purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derive_key(secret, purpose)))
