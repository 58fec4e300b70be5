"""Promo codes: promotions, gifts and invitations. First come, first served, once per person."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from models.catalogue import Invitation
from models.jobs import Job
from models.payments import BonusCode, BonusUse
from models.people import Person
from storage import ledger
from storage.rows import changed, insert_once

GIFT, INVITE = "GIFT-", "HELLO-"
PURCHASED = ("grant:cs_", "grant:stars:")  # ledger keys of credits that were paid for
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without characters that look alike
_LENGTH = 12


class Verdict(StrEnum):
    DONE = "done"
    UNKNOWN = "unknown"  # or ended, stopped, used up: a guess must learn nothing
    USED = "used"  # by the same person
    OWN = "own"  # the person's own invitation
    NOT_NEW = "not-new"  # an invitation is for new users only


@dataclass(frozen=True, slots=True)
class Redemption:
    verdict: Verdict
    credits: int = 0


def redeem(session: Session, person: Person, word: str, invitation: Invitation, now: datetime) -> Redemption:
    """Grant a person the credits of a code; the inviter of an invitation gets theirs too."""
    code = _named(session, person.tenant_id, word)
    if code is None or not _is_open(code, now):
        return Redemption(Verdict.UNKNOWN)
    if code.inviter_id is not None and (obstacle := _obstacle(session, code, person, invitation, now)):
        return Redemption(obstacle)
    use = BonusUse(code_id=code.id, person_id=person.id, used_at=now)
    if not insert_once(session, use):
        return Redemption(Verdict.USED)
    if not _take(session, code):
        session.delete(session.get_one(BonusUse, use.id))
        session.flush()
        return Redemption(Verdict.UNKNOWN)
    _grant(session, code, person, invitation, now)
    return Redemption(Verdict.DONE, code.credits)


def create(session: Session, tenant_id: uuid.UUID, word: str, amount: int, uses: int, days: int | None) -> bool:
    """Insert a promotion; False when the code exists already."""
    return insert_once(
        session, BonusCode(tenant_id=tenant_id, code=word.upper(), credits=amount, uses_left=uses, days=days)
    )


def promotions(session: Session, tenant_id: uuid.UUID) -> list[tuple[BonusCode, int]]:
    """The newest 50 promotions that are not stopped, with the number of uses of each."""
    wanted = (
        select(BonusCode, func.count(col(BonusUse.id)))
        .join(BonusUse, col(BonusUse.code_id) == col(BonusCode.id), isouter=True)
        .where(
            col(BonusCode.tenant_id) == tenant_id,
            col(BonusCode.inviter_id).is_(None),
            col(BonusCode.stopped_at).is_(None),
            col(BonusCode.code).not_like(f"{GIFT}%"),
        )
        .group_by(col(BonusCode.id))
        .order_by(col(BonusCode.created_at).desc())
        .limit(50)
    )
    return [(code, int(uses)) for code, uses in session.exec(wanted)]


def stop(session: Session, tenant_id: uuid.UUID, word: str, now: datetime) -> bool:
    """Stop a code; False when there is no such code, or it was stopped before."""
    ended = (
        update(BonusCode)
        .where(
            col(BonusCode.tenant_id) == tenant_id,
            col(BonusCode.code) == word.upper(),
            col(BonusCode.stopped_at).is_(None),
        )
        .values(stopped_at=now)
    )
    return changed(session, ended) == 1


def wrap(session: Session, person: Person, amount: int, now: datetime) -> BonusCode | None:
    """A single-use gift code, paid with credits the person has bought; None when those are too few.

    The gift expires when the first of the credits it was made of would have.
    """
    code = BonusCode(tenant_id=person.tenant_id, code=GIFT + _chance(), credits=amount, uses_left=1, created_at=now)
    lots = ledger.give_away(session, person, amount, key=f"gift:{code.id}", granted=PURCHASED, now=now)
    if not lots:
        return None
    code.expires_at = min((lot.expires_at for lot in lots if lot.expires_at is not None), default=None)
    session.add(code)
    session.flush()
    return code


def invite(session: Session, person: Person, invitation: Invitation) -> BonusCode:
    """The person's invitation code, inserted on the first request."""
    fresh = BonusCode(
        tenant_id=person.tenant_id,
        code=INVITE + _chance(),
        credits=invitation.invited,
        uses_left=invitation.most,
        inviter_id=person.id,
        days=invitation.days,
    )
    insert_once(session, fresh)
    return session.exec(select(BonusCode).where(col(BonusCode.inviter_id) == person.id)).one()


def uses_of(session: Session, code: BonusCode) -> int:
    return session.exec(select(func.count(col(BonusUse.id))).where(col(BonusUse.code_id) == code.id)).one()


def _named(session: Session, tenant_id: uuid.UUID, word: str) -> BonusCode | None:
    wanted = select(BonusCode).where(col(BonusCode.tenant_id) == tenant_id, col(BonusCode.code) == word.upper())
    return session.exec(wanted).one_or_none()


def _is_open(code: BonusCode, now: datetime) -> bool:
    """Checks dates only: uses are counted by the database, so that two at the same time cannot both take the last."""
    return code.stopped_at is None and (code.expires_at is None or code.expires_at > now)


def _take(session: Session, code: BonusCode) -> bool:
    one_less = (
        update(BonusCode)
        .where(col(BonusCode.id) == code.id, col(BonusCode.uses_left) > 0, col(BonusCode.stopped_at).is_(None))
        .values(uses_left=col(BonusCode.uses_left) - 1)
    )
    return changed(session, one_less) == 1


def _obstacle(
    session: Session, code: BonusCode, person: Person, invitation: Invitation, now: datetime
) -> Verdict | None:
    """Why an invitation is not valid for this person, whose row is locked for the check; None when it is."""
    if code.inviter_id == person.id:
        return Verdict.OWN
    _lock(session, person.id)
    invited = (
        select(BonusUse.id)
        .join(BonusCode, col(BonusCode.id) == col(BonusUse.code_id))
        .where(col(BonusUse.person_id) == person.id, col(BonusCode.inviter_id).is_not(None))
    )
    has_films = session.exec(select(Job.id).where(col(Job.person_id) == person.id)).first() is not None
    was_invited = session.exec(invited).first() is not None
    is_old = person.created_at < now - timedelta(days=invitation.new_days)
    return Verdict.NOT_NEW if has_films or was_invited or is_old else None


def _grant(session: Session, code: BonusCode, person: Person, invitation: Invitation, now: datetime) -> None:
    ends = now + timedelta(days=code.days) if code.days else code.expires_at
    shares = [(person, code.credits)]
    if code.inviter_id is not None:
        shares.append((session.get_one(Person, code.inviter_id), invitation.inviter))
    for receiver, amount in sorted(shares, key=lambda share: share[0].id):  # in a fixed order, as each locks
        key = f"bonus:{code.id}:{person.id}" + ("" if receiver.id == person.id else ":thanks")
        if amount:
            ledger.grant(session, receiver, amount, key=key, now=now, expires_at=ends, reason=f"code {code.code}")


def _lock(session: Session, person_id: uuid.UUID) -> None:
    """Lock a person's row (on SQLite the transaction is exclusive already); rows that reference it can be inserted."""
    session.exec(select(Person.id).where(col(Person.id) == person_id).with_for_update(key_share=True)).one()


def _chance() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
