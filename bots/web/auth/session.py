"""Users of the chat page: the single owner in local mode, or a signed-in user."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from starlette.requests import Request

from bots.core.channel import ChatRef
from bots.web.page import LOCAL_CHAT, LOCAL_USER_ID
from storage.identity.codes import normalize_email

GMAIL_DOMAINS = frozenset({"gmail.com", "googlemail.com"})


@dataclass(frozen=True, slots=True)
class PageUser:
    """A user by their id in the channel, and their own conversation.

    `link_owner` is signed into links to the user's files, which then work for no other user; it is empty where there
    is only one user.
    """

    id: str
    chat_ref: ChatRef
    link_owner: str = ""


LOCAL_OWNER = PageUser(LOCAL_USER_ID, LOCAL_CHAT)


class Authenticator(Protocol):
    """Identifies the user of a request."""

    def authenticate(self, request: Request) -> PageUser | None:
        """The user; None where the request is not signed in. It may block."""
        ...


class LocalAuthenticator:
    """Local mode: every request is the owner's."""

    def authenticate(self, request: Request) -> PageUser | None:  # noqa: ARG002 - it is always the same
        return LOCAL_OWNER


def page_user_for(user_id: str) -> PageUser:
    return PageUser(user_id, ChatRef(user_id), user_id)


def page_user_id_for(secret: bytes, tenant_id: UUID, email: str) -> str:
    """The id of the user with a verified email address: stable, and it reveals nothing of the address.

    It depends on the secret: with another secret every user gets a new id.
    """
    key = hmac.digest(secret, b"rabisco page guests", hashlib.sha256)
    return hmac.new(key, f"{tenant_id}\n{normalize_email(email)}".encode(), hashlib.sha256).hexdigest()[:32]


def normalize_mailbox(email: str) -> str:
    """The address that an e-mail address is a spelling of: normalised, without a tag after `+`; at Gmail without dots,
    which it ignores.
    """
    name, _, domain = normalize_email(email).rpartition("@")
    name = name.partition("+")[0] or name
    return f"{name.replace('.', '')}@gmail.com" if domain in GMAIL_DOMAINS else f"{name}@{domain}"


def resolve_admin_ids(identities: Iterable[str], secret: bytes, tenant_id: UUID) -> frozenset[str]:
    """Identities as the operator writes them, with `page:me@example.com` replaced by the user's id."""
    return frozenset(each for identity in identities for each in _resolve_identity(identity, secret, tenant_id))


def _resolve_identity(identity: str, secret: bytes, tenant_id: UUID) -> set[str]:
    """The ids of an identity; an address may sign in as written, and as the one it is a spelling of."""
    channel, _, name = identity.partition(":")
    if channel != "page" or "@" not in name:
        return {identity}
    return {f"page:{page_user_id_for(secret, tenant_id, email)}" for email in (name, normalize_mailbox(name))}
