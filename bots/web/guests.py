"""Who is at the page: one owner on a machine of their own, or whoever has signed in."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from starlette.requests import Request

from bots.core.channel import Place
from bots.web.page import PERSON, PLACE
from storage.codes import normalised


@dataclass(frozen=True, slots=True)
class Guest:
    """A person by their id in the channel, and the conversation that is theirs alone.

    `seal` goes into links to their files, which then open for nobody else; it is empty where there is only one person.
    """

    id: str
    place: Place
    seal: str = ""


OWNER = Guest(PERSON, PLACE)


class Door(Protocol):
    """Tells who it is that asks."""

    def guest(self, request: Request) -> Guest | None:
        """None for somebody who is not signed in. It may block."""
        ...


class OpenDoor:
    """The page of this machine alone: whoever comes is its owner."""

    def guest(self, request: Request) -> Guest | None:  # noqa: ARG002 - it is always the same
        return OWNER


def signed_in(guest_id: str) -> Guest:
    return Guest(guest_id, Place(guest_id), guest_id)


def guest_id(secret: bytes, tenant_id: UUID, email: str) -> str:
    """The id of the person behind a proven address: always the same, and it tells nothing of the address.

    It hangs on the secret: with another one everybody starts anew.
    """
    key = hmac.digest(secret, b"rabisco page guests", hashlib.sha256)
    return hmac.new(key, f"{tenant_id}\n{normalised(email)}".encode(), hashlib.sha256).hexdigest()[:32]


def owners(identities: Iterable[str], secret: bytes, tenant_id: UUID) -> frozenset[str]:
    """Identities as the operator writes them, `page:me@example.com` among them, as persons are known by."""
    return frozenset(_identity(identity, secret, tenant_id) for identity in identities)


def _identity(identity: str, secret: bytes, tenant_id: UUID) -> str:
    channel, _, name = identity.partition(":")
    return f"page:{guest_id(secret, tenant_id, name)}" if channel == "page" and "@" in name else identity
