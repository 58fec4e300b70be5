"""Credits of invitations, granted to both sides once the friend has shown to be another person: by a purchase, or by a
result made for somebody on another network.

An account costs nothing where it takes an e-mail address alone, so that a new one by itself is worth nothing either.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from models.billing.payments import PromoCode, PromoCodeUse
from models.identity.people import Person
from storage.billing import ledger
from storage.identity import people
from storage.upsert import execute_dml


@dataclass(frozen=True, slots=True)
class InvitationGrant:
    """Credits that one side got."""

    person: Person
    credits: int
    key: str


def grant_for_purchase(session: Session, buyer: Person, now: datetime) -> list[InvitationGrant]:
    """Grant what is pending for a friend who has paid. Locks the credits of both sides: call it before other changes of
    the buyer's.
    """
    return _grant_pending(session, buyer, now, has_paid=True)


def grant_for_result(session: Session, person: Person, now: datetime) -> list[InvitationGrant]:
    """Grant what is pending for a friend for whom something was made, if they are on a network of their own."""
    return _grant_pending(session, person, now, has_paid=False)


def network_of(person: Person) -> str:
    """Where a person writes from: a network, or for a messenger the account there, which takes a phone."""
    return f"{person.channel}:{person.network or person.external_id}"


def _grant_pending(session: Session, person: Person, now: datetime, *, has_paid: bool) -> list[InvitationGrant]:
    friend = people.resolve_merged(session, person)
    use = _find_pending(session, friend)
    code = session.get_one(PromoCode, use.code_id) if use else None
    if use is None or code is None or code.inviter_id is None:
        return []
    inviter = people.resolve_merged(session, session.get_one(Person, code.inviter_id))
    if inviter.id == friend.id or not (has_paid or _is_elsewhere(session, code, friend, inviter)):
        return []
    return _grant(session, code, use, (friend, inviter), now)


def _find_pending(session: Session, friend: Person) -> PromoCodeUse | None:
    statement = select(PromoCodeUse).where(
        col(PromoCodeUse.person_id).in_(people.list_merged_ids(session, friend)), col(PromoCodeUse.granted_at).is_(None)
    )
    return session.exec(statement.limit(1)).one_or_none()


def _is_elsewhere(session: Session, code: PromoCode, friend: Person, inviter: Person) -> bool:
    """Whether a friend's network is neither the inviter's nor that of a friend who counted already."""
    network = network_of(friend)
    counted = select(PromoCodeUse.id).where(col(PromoCodeUse.code_id) == code.id, col(PromoCodeUse.network) == network)
    return network != network_of(inviter) and session.exec(counted).first() is None


def _grant(
    session: Session, code: PromoCode, use: PromoCodeUse, persons: tuple[Person, Person], now: datetime
) -> list[InvitationGrant]:
    friend, inviter = persons
    shares = [(friend, code.credits, ""), (inviter, use.inviter_credits, ":thanks")]
    claim = update(PromoCodeUse).where(col(PromoCodeUse.id) == use.id, col(PromoCodeUse.granted_at).is_(None))
    if execute_dml(session, claim.values(granted_at=now, network=network_of(friend))) != 1:
        return []
    granted, reason = [], f"code {code.code}"
    expires_at = now + timedelta(days=code.days) if code.days else None
    for person, amount, suffix in sorted(shares, key=lambda share: share[0].id):  # in a fixed order, as each locks
        key = f"bonus:{code.id}:{use.person_id}{suffix}"
        if amount and ledger.grant(session, person, amount, key=key, now=now, expires_at=expires_at, reason=reason):
            granted.append(InvitationGrant(person, amount, key))
    return granted
