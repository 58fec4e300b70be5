"""Who is at the page: one owner on a machine of their own, or whoever has signed in."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from starlette.requests import Request

from bots.core.channel import ChatRef
from bots.web.page import LOCAL_CHAT, LOCAL_USER_ID
from storage.identity.codes import normalise_email


@dataclass(frozen=True, slots=True)
class PageUser:
    """A person by their id in the channel, and the conversation that is theirs alone.

    `seal` goes into links to their files, which then open for nobody else; it is empty where there is only one person.
    """

    id: str
    place: ChatRef
    link_owner: str = ""


LOCAL_OWNER = PageUser(LOCAL_USER_ID, LOCAL_CHAT)


class Authenticator(Protocol):
    """Tells who it is that asks."""

    def authenticate(self, request: Request) -> PageUser | None:
        """None for somebody who is not signed in. It may block."""
        ...


class LocalAuthenticator:
    """The page of this machine alone: whoever comes is its owner."""

    def authenticate(self, request: Request) -> PageUser | None:  # noqa: ARG002 - it is always the same
        return LOCAL_OWNER


def page_user_for(user_id: str) -> PageUser:
    return PageUser(user_id, ChatRef(user_id), user_id)


def page_user_id_for(secret: bytes, tenant_id: UUID, email: str) -> str:
    """The id of the person behind a proven address: always the same, and it tells nothing of the address.

    It hangs on the secret: with another one everybody starts anew.
    """
    key = hmac.digest(secret, b"rabisco page guests", hashlib.sha256)
    return hmac.new(key, f"{tenant_id}\n{normalise_email(email)}".encode(), hashlib.sha256).hexdigest()[:32]


def resolve_owner_identities(identities: Iterable[str], secret: bytes, tenant_id: UUID) -> frozenset[str]:
    """Identities as the operator writes them, `page:me@example.com` among them, as persons are known by."""
    return frozenset(_resolve_identity(identity, secret, tenant_id) for identity in identities)


def _resolve_identity(identity: str, secret: bytes, tenant_id: UUID) -> str:
    channel, _, name = identity.partition(":")
    return f"page:{page_user_id_for(secret, tenant_id, name)}" if channel == "page" and "@" in name else identity
