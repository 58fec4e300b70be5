"""Who administrates: people whose ids the operator has named."""

from sqlmodel import Session

from bots.core.channel import Sender
from models.people import Account
from storage import identities

EVERYBODY = "*"


def is_owner(session: Session, account: Account, sender: Sender, owners: frozenset[str]) -> bool:
    """Whether an administrator writes, by any id the messenger knows them by; `owners` are like `telegram:123`."""
    prefix = f"{account.channel}:"
    if EVERYBODY in owners or f"{prefix}{sender.external_id}" in owners:
        return True
    if not any(owner.startswith(prefix) for owner in owners):
        return False
    known = identities.names(session, account, sender.external_id) | set(sender.aliases)
    return any(f"{prefix}{name}" in owners for name in known)
