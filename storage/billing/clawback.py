"""Clawback of credits after refunds and disputes of the payment that bought them.

A refund or a dispute is a claim on one grant. Claims are recorded by their keys, each once; what a grant must have
given back is a sum over all active claims, so that the ledger ends the same in whatever order their events arrive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.billing.credits import LedgerBucket, LedgerPosting, LedgerTransaction, Lot, TransactionKind
from models.identity.people import Person
from storage.billing import ledger, lots


@dataclass(frozen=True, slots=True)
class PaymentClaim:
    """A refund or dispute: takes `amount` (minor units) of the payment, unless undone under `reversal_key`."""

    key: str
    amount: int
    reversal_key: str
    is_reversed: bool = False

    @property
    def ledger_keys(self) -> tuple[str, ...]:
        """The ledger keys of what has happened so far."""
        return (self.key, self.reversal_key) if self.is_reversed else (self.key,)


@dataclass(frozen=True, slots=True)
class CreditMovement:
    """The effect of a newly recorded claim or reversal: credits taken, or given back when negative."""

    key: str
    credits: int


def apply_claims(
    session: Session, person: Person, grant_key: str, paid_amount: int, claims: Sequence[PaymentClaim], now: datetime
) -> list[CreditMovement]:
    """Adjust a grant's credits to the claims on its payment (`paid_amount`, in the same minor units).

    Does nothing for claims recorded already, nor while nothing was granted. Credits already spent become a debt.
    """
    ledger.balance_of(session, person, now)  # locks the person's balance until the transaction ends
    granted = _sum_issued(session, [grant_key])
    if not granted or not paid_amount:
        return []
    grant_ledger = _GrantLedger(session, person, grant_key, now)
    known_keys = ledger.list_recorded_keys(
        session, [key for claim in claims for key in (claim.key, claim.reversal_key)]
    )
    clawed_back, movements = -_sum_issued(session, known_keys), []
    for claim in sorted(claims, key=lambda each: each.key):
        new_keys = [key for key in claim.ledger_keys if key not in known_keys]
        if not new_keys:
            continue
        known_keys += new_keys
        target = granted * min(_sum_active_claims(claims, known_keys), paid_amount) // paid_amount
        grant_ledger.adjust(new_keys, target - clawed_back)
        movements.append(CreditMovement(new_keys[-1], target - clawed_back))
        clawed_back = target
    return movements


def _sum_active_claims(claims: Sequence[PaymentClaim], known_keys: Sequence[str]) -> int:
    return sum(claim.amount for claim in claims if claim.key in known_keys and claim.reversal_key not in known_keys)


def _sum_issued(session: Session, keys: Sequence[str]) -> int:
    """Credits issued under these keys; negative when they went back."""
    query = (
        select(func.coalesce(func.sum(col(LedgerPosting.amount)), 0))
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(LedgerPosting.transaction_id))
        .where(col(LedgerTransaction.key).in_(keys), col(LedgerPosting.bucket) == LedgerBucket.ISSUED)
    )
    return -int(session.exec(query).one())


@dataclass(frozen=True, slots=True)
class _GrantLedger:
    session: Session
    person: Person
    grant_key: str
    now: datetime

    def adjust(self, keys: Sequence[str], amount: int) -> None:
        """Record keys; the transaction of the last takes `amount` credits, or gives them back when negative."""
        for key in keys[:-1]:
            self._record(key, TransactionKind.CLAWBACK)  # a claim that was undone before it was known
        transaction = self._record(keys[-1], TransactionKind.CLAWBACK if amount > 0 else TransactionKind.RESTORE)
        if amount > 0:
            self._take_credits(transaction, amount)
        elif amount < 0:
            self._restore_credits(transaction, -amount)

    def _record(self, key: str, kind: TransactionKind) -> LedgerTransaction:
        transaction = ledger.record(self.session, self.person, kind, key, self.now, reason=self.grant_key)
        assert transaction is not None  # noqa: S101 - the lock is held, and the key did not stand
        return transaction

    def _take_credits(self, transaction: LedgerTransaction, amount: int) -> None:
        """Take the grant's own credits first, then the person's others; the rest becomes a debt."""
        own_lot_ids = [lot.id for lot in lots.list_spendable(self.session, self.person.id, self.grant_key)]
        candidates = sorted(
            lots.list_spendable(self.session, self.person.id), key=lambda lot: lot.id not in own_lot_ids
        )
        taken = min(amount, sum(lot.remaining for lot in candidates))
        lots.consume(candidates, taken)
        postings = {LedgerBucket.AVAILABLE: -taken, LedgerBucket.DEBT: taken - amount, LedgerBucket.ISSUED: amount}
        ledger.post(self.session, transaction, postings)

    def _restore_credits(self, transaction: LedgerTransaction, amount: int) -> None:
        """Give credits back, with the expiry of the grant's."""
        ledger.post(self.session, transaction, {LedgerBucket.AVAILABLE: amount, LedgerBucket.ISSUED: -amount})
        lot = Lot(person_id=self.person.id, transaction_id=transaction.id, amount=amount, remaining=amount)
        lot.expires_at, lot.created_at = self._find_expiry(), self.now
        self.session.add(lot)
        self.session.flush()
        ledger.repay_debt(self.session, self.person, self.now)

    def _find_expiry(self) -> datetime | None:
        query = (
            select(Lot.expires_at)
            .join(LedgerTransaction, col(LedgerTransaction.id) == col(Lot.transaction_id))
            .where(col(LedgerTransaction.key) == self.grant_key)
        )
        return self.session.exec(query).first()
