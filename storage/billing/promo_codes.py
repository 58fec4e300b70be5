"""Promo codes: promotions, gifts and invitations. First come, first served, once per person."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from models.billing.catalogue import InvitationRules
from models.billing.payments import PromoCode, PromoCodeUse
from models.identity.people import Person
from models.jobs.job import Job
from storage.billing import ledger
from storage.upsert import execute_dml, insert_once

GIFT_PREFIX, INVITATION_PREFIX = "GIFT-", "HELLO-"
PURCHASE_KEY_PREFIXES = ("grant:cs_", "grant:stars:")  # ledger keys of credits that were paid for
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without characters that look alike
_SUFFIX_LENGTH = 12


class RedemptionStatus(StrEnum):
    REDEEMED = "done"
    PENDING = "pending"  # an invitation: its credits come later, see `storage.billing.invitations`
    UNKNOWN = "unknown"  # or ended, stopped, used up: a guess must learn nothing
    ALREADY_USED = "used"  # by the same person
    OWN_INVITATION = "own"  # the person's own invitation
    NOT_NEW = "not-new"  # an invitation is for new users only


@dataclass(frozen=True, slots=True)
class RedemptionResult:
    status: RedemptionStatus
    credits: int = 0


def redeem(
    session: Session, person: Person, code_text: str, invitation: InvitationRules, now: datetime
) -> RedemptionResult:
    """Grant a person the credits of a code; those of an invitation are pending."""
    code = _find_code(session, person.tenant_id, code_text)
    if code is None or not _is_open(code, now):
        return RedemptionResult(RedemptionStatus.UNKNOWN)
    if code.inviter_id is not None and (rejection := _find_rejection(session, code, person, invitation, now)):
        return RedemptionResult(rejection)
    is_invitation = code.inviter_id is not None
    use = PromoCodeUse(code_id=code.id, person_id=person.id, used_at=now, granted_at=None if is_invitation else now)
    use.inviter_credits = invitation.inviter if is_invitation else 0
    if not insert_once(session, use):
        return RedemptionResult(RedemptionStatus.ALREADY_USED)
    if not _decrement_uses(session, code):
        session.delete(session.get_one(PromoCodeUse, use.id))
        session.flush()
        return RedemptionResult(RedemptionStatus.UNKNOWN)
    if is_invitation:
        return RedemptionResult(RedemptionStatus.PENDING, code.credits)
    _grant_credits(session, code, person, now)
    return RedemptionResult(RedemptionStatus.REDEEMED, code.credits)


def create_promotion(
    session: Session, tenant_id: uuid.UUID, code_text: str, amount: int, max_uses: int, valid_days: int | None
) -> bool:
    """Insert a promotion; False when the code exists already."""
    return insert_once(
        session,
        PromoCode(tenant_id=tenant_id, code=code_text.upper(), credits=amount, uses_left=max_uses, days=valid_days),
    )


def list_promotions(session: Session, tenant_id: uuid.UUID) -> list[tuple[PromoCode, int]]:
    """The newest 50 promotions that are not stopped, with the number of uses of each."""
    query = (
        select(PromoCode, func.count(col(PromoCodeUse.id)))
        .join(PromoCodeUse, col(PromoCodeUse.code_id) == col(PromoCode.id), isouter=True)
        .where(
            col(PromoCode.tenant_id) == tenant_id,
            col(PromoCode.inviter_id).is_(None),
            col(PromoCode.stopped_at).is_(None),
            col(PromoCode.code).not_like(f"{GIFT_PREFIX}%"),
        )
        .group_by(col(PromoCode.id))
        .order_by(col(PromoCode.created_at).desc())
        .limit(50)
    )
    return [(code, int(uses)) for code, uses in session.exec(query)]


def stop_code(session: Session, tenant_id: uuid.UUID, code_text: str, now: datetime) -> bool:
    """Stop a code; False when there is no such code, or it was stopped before."""
    statement = (
        update(PromoCode)
        .where(
            col(PromoCode.tenant_id) == tenant_id,
            col(PromoCode.code) == code_text.upper(),
            col(PromoCode.stopped_at).is_(None),
        )
        .values(stopped_at=now)
    )
    return execute_dml(session, statement) == 1


def create_gift(session: Session, person: Person, amount: int, now: datetime) -> PromoCode | None:
    """A single-use gift code, paid with credits the person has bought; None when those are too few.

    The gift expires when the first of the credits it was made of would have.
    """
    code = PromoCode(
        tenant_id=person.tenant_id, code=GIFT_PREFIX + _generate_suffix(), credits=amount, uses_left=1, created_at=now
    )
    lots = ledger.withdraw_gift(
        session, person, amount, key=f"gift:{code.id}", key_prefixes=PURCHASE_KEY_PREFIXES, now=now
    )
    if not lots:
        return None
    code.expires_at = min((lot.expires_at for lot in lots if lot.expires_at is not None), default=None)
    session.add(code)
    session.flush()
    return code


def get_or_create_invitation(session: Session, person: Person, invitation: InvitationRules) -> PromoCode:
    """The person's invitation code, inserted on the first request."""
    new_code = PromoCode(
        tenant_id=person.tenant_id,
        code=INVITATION_PREFIX + _generate_suffix(),
        credits=invitation.invited,
        uses_left=invitation.most,
        inviter_id=person.id,
        days=invitation.days,
    )
    insert_once(session, new_code)
    return session.exec(select(PromoCode).where(col(PromoCode.inviter_id) == person.id)).one()


def count_uses(session: Session, code: PromoCode) -> int:
    return session.exec(select(func.count(col(PromoCodeUse.id))).where(col(PromoCodeUse.code_id) == code.id)).one()


def _find_code(session: Session, tenant_id: uuid.UUID, code_text: str) -> PromoCode | None:
    query = select(PromoCode).where(col(PromoCode.tenant_id) == tenant_id, col(PromoCode.code) == code_text.upper())
    return session.exec(query).one_or_none()


def _is_open(code: PromoCode, now: datetime) -> bool:
    """Checks dates only: uses are counted by the database, so that two at the same time cannot both take the last."""
    return code.stopped_at is None and (code.expires_at is None or code.expires_at > now)


def _decrement_uses(session: Session, code: PromoCode) -> bool:
    statement = (
        update(PromoCode)
        .where(col(PromoCode.id) == code.id, col(PromoCode.uses_left) > 0, col(PromoCode.stopped_at).is_(None))
        .values(uses_left=col(PromoCode.uses_left) - 1)
    )
    return execute_dml(session, statement) == 1


def _find_rejection(
    session: Session, code: PromoCode, person: Person, invitation: InvitationRules, now: datetime
) -> RedemptionStatus | None:
    """Why an invitation is not valid for this person, whose row is locked for the check; None when it is."""
    if code.inviter_id == person.id:
        return RedemptionStatus.OWN_INVITATION
    _lock_person(session, person.id)
    invitation_query = (
        select(PromoCodeUse.id)
        .join(PromoCode, col(PromoCode.id) == col(PromoCodeUse.code_id))
        .where(col(PromoCodeUse.person_id) == person.id, col(PromoCode.inviter_id).is_not(None))
    )
    has_jobs = session.exec(select(Job.id).where(col(Job.person_id) == person.id)).first() is not None
    was_invited = session.exec(invitation_query).first() is not None
    is_old = person.created_at < now - timedelta(days=invitation.new_days)
    return RedemptionStatus.NOT_NEW if has_jobs or was_invited or is_old else None


def _grant_credits(session: Session, code: PromoCode, person: Person, now: datetime) -> None:
    expires_at = now + timedelta(days=code.days) if code.days else code.expires_at
    key, reason = f"bonus:{code.id}:{person.id}", f"code {code.code}"
    ledger.grant(session, person, code.credits, key=key, now=now, expires_at=expires_at, reason=reason)


def _lock_person(session: Session, person_id: uuid.UUID) -> None:
    """Lock a person's row (on SQLite the transaction is exclusive already); rows that reference it can be inserted."""
    session.exec(select(Person.id).where(col(Person.id) == person_id).with_for_update(key_share=True)).one()


def _generate_suffix() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_SUFFIX_LENGTH))
