"""Clawback of credits after refunds and disputes of the payment that bought them.

A refund or a dispute is a claim on one grant. Claims are recorded by their keys, each once; what a grant must have
given back is a sum over all active claims, so that the ledger ends the same in whatever order their events arrive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.credits import Bucket, Entry, LedgerPosting, LedgerTransaction, Lot
from models.people import Person
from storage import ledger, lots


@dataclass(frozen=True, slots=True)
class Claim:
    """A refund or dispute: takes `amount` (minor units) of the payment, unless undone under `reversal_key`."""

    key: str
    amount: int
    reversal: str
    is_reversed: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The ledger keys of what has happened so far."""
        return (self.key, self.reversal) if self.is_reversed else (self.key,)


@dataclass(frozen=True, slots=True)
class Movement:
    """The effect of a newly recorded claim or reversal: credits taken, or given back when negative."""

    key: str
    credits: int


def follow(
    session: Session, person: Person, grant: str, paid: int, claims: Sequence[Claim], now: datetime
) -> list[Movement]:
    """Adjust a grant's credits to the claims on its payment (`paid_amount`, in the same minor units).

    Does nothing for claims recorded already, nor while nothing was granted. Credits already spent become a debt.
    """
    ledger.credits_of(session, person, now)  # locks the person's balance until the transaction ends
    granted = _issued(session, [grant])
    if not granted or not paid:
        return []
    books = _Books(session, person, grant, now)
    known = ledger.recorded(session, [key for claim in claims for key in (claim.key, claim.reversal)])
    taken, movements = -_issued(session, known), []
    for claim in sorted(claims, key=lambda each: each.key):
        fresh = [key for key in claim.keys if key not in known]
        if not fresh:
            continue
        known += fresh
        goal = granted * min(_standing(claims, known), paid) // paid
        books.move(fresh, goal - taken)
        movements.append(Movement(fresh[-1], goal - taken))
        taken = goal
    return movements


def _standing(claims: Sequence[Claim], known: Sequence[str]) -> int:
    return sum(claim.amount for claim in claims if claim.key in known and claim.reversal not in known)


def _issued(session: Session, keys: Sequence[str]) -> int:
    """Credits issued under these keys; negative when they went back."""
    wanted = (
        select(func.coalesce(func.sum(col(LedgerPosting.amount)), 0))
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(LedgerPosting.transaction_id))
        .where(col(LedgerTransaction.key).in_(keys), col(LedgerPosting.bucket) == Bucket.ISSUED)
    )
    return -int(session.exec(wanted).one())


@dataclass(frozen=True, slots=True)
class _Books:
    session: Session
    person: Person
    grant: str
    now: datetime

    def move(self, keys: Sequence[str], amount: int) -> None:
        """Record keys; the transaction of the last takes `amount` credits, or gives them back when negative."""
        for key in keys[:-1]:
            self._record(key, Entry.CLAWBACK)  # a claim that was undone before it was known
        fact = self._record(keys[-1], Entry.CLAWBACK if amount > 0 else Entry.RESTORE)
        if amount > 0:
            self._take(fact, amount)
        elif amount < 0:
            self._restore(fact, -amount)

    def _record(self, key: str, kind: Entry) -> LedgerTransaction:
        fact = ledger.record(self.session, self.person, kind, key, self.now, reason=self.grant)
        assert fact is not None  # noqa: S101 - the lock is held, and the key did not stand
        return fact

    def _take(self, fact: LedgerTransaction, amount: int) -> None:
        """Take the grant's own credits first, then the person's others; the rest becomes a debt."""
        own = [lot.id for lot in lots.of(self.session, self.person.id, self.grant)]
        held = sorted(lots.of(self.session, self.person.id), key=lambda lot: lot.id not in own)
        taken = min(amount, sum(lot.remaining for lot in held))
        lots.drain(held, taken)
        postings = {Bucket.AVAILABLE: -taken, Bucket.DEBT: taken - amount, Bucket.ISSUED: amount}
        ledger.post(self.session, fact, postings)

    def _restore(self, fact: LedgerTransaction, amount: int) -> None:
        """Give credits back, with the expiry of the grant's."""
        ledger.post(self.session, fact, {Bucket.AVAILABLE: amount, Bucket.ISSUED: -amount})
        lot = Lot(person_id=self.person.id, transaction_id=fact.id, amount=amount, remaining=amount)
        lot.expires_at, lot.created_at = self._expiry(), self.now
        self.session.add(lot)
        self.session.flush()
        ledger.repay(self.session, self.person, self.now)

    def _expiry(self) -> datetime | None:
        wanted = (
            select(Lot.expires_at)
            .join(LedgerTransaction, col(LedgerTransaction.id) == col(Lot.transaction_id))
            .where(col(LedgerTransaction.key) == self.grant)
        )
        return self.session.exec(wanted).first()
