"""Telegram Stars: invoices, pre-checkout queries and refunds. A successful payment arrives as a message.

The flow: core.telegram.org/bots/payments-stars.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot, LabeledPrice, PreCheckoutQuery
from telegram.error import BadRequest, TelegramError

from bots.core import repayments
from bots.core.channel import ChannelError, Invoice, Rejected
from bots.core.stars import Asked, take_back
from bots.core.visit import word
from bots.locales import best_language, say
from bots.telegram.errors import says, translated
from bots.telegram.markup import cut
from models.deliveries import Message
from models.payments import Provider, Purchase, Repayment
from models.people import Address
from storage import outbox
from storage.db import Database
from storage.outbox import Owed
from storage.repayments import due_in_stars

log = structlog.get_logger(__name__)

LONGEST_TITLE, LONGEST_DESCRIPTION = 32, 255  # characters
ANSWER_SECONDS = 8.0  # Telegram waits ten seconds
LOOK = 3.0  # seconds between two polls for requested refunds
FORWARDED = "plans"  # a forwarded invoice opens the bot instead of paying another user's purchase
REFUNDED = "charge_already_refunded"

Refusal = Callable[[Asked], str | None]
"""Returns the locale key of the reason why something cannot be paid; None when it can. Blocking, but fast."""


@dataclass(slots=True)
class Checkout:
    """Answers pre-checkout queries, on threads of its own: the shared ones may all be busy for longer than Telegram
    waits."""

    refusal: Refusal
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, "stars"))

    async def answer(self, query: PreCheckoutQuery) -> None:
        key = await self._key(query)
        words = say(best_language(query.from_user.language_code), key) if key else None
        try:
            await query.answer(ok=key is None, error_message=words)
        except TelegramError as error:  # the user can press the button again
            log.warning("checkout not answered", error=type(error).__name__)

    async def _key(self, query: PreCheckoutQuery) -> str | None:
        asked = Asked(
            payload=query.invoice_payload,
            payer=str(query.from_user.id),
            currency=query.currency.lower(),
            amount=query.total_amount,
        )
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await loop.run_in_executor(self._threads, self.refusal, asked)
        except Exception as error:  # noqa: BLE001 - whatever failed, a purchase that was not found must not be paid
            log.warning("checkout not looked up", error=type(error).__name__)
            return "stars-later"


def nothing_sold(_asked: Asked) -> str:
    return "stars-gone"


def parameters(invoice: Invoice, description: str) -> dict[str, Any]:
    """Parameters of `sendInvoice`."""
    return {
        "title": cut(invoice.title, LONGEST_TITLE),
        "description": cut(description, LONGEST_DESCRIPTION),
        "payload": invoice.payload,
        "currency": invoice.currency.upper(),
        "prices": [LabeledPrice(cut(invoice.title, LONGEST_TITLE), invoice.amount)],
        "provider_token": "",
        "start_parameter": FORWARDED,
    }


@dataclass(frozen=True, slots=True)
class Refunds:
    """Refunds Stars on request of administrators."""

    bot: Bot
    db: Database

    async def run(self, account_id: UUID) -> None:
        """Process refunds requested for payments of this account, until cancelled."""
        while True:
            try:
                await self.sweep(account_id)
            except SQLAlchemyError as error:
                log.warning("refunds-database-away", error=type(error).__name__)
            await asyncio.sleep(LOOK)

    async def sweep(self, account_id: UUID) -> None:
        """Process due refunds in sequence; a rejected one is reported, one that fails for now is retried later."""
        for row in await asyncio.to_thread(self._due, account_id):
            try:
                await self.refund(row.purchase_id)
            except Rejected as error:
                await asyncio.to_thread(self._end, partial(repayments.refused, row=row, reason=str(error)))
            except ChannelError as error:
                log.warning("refund-later", repayment=str(row.id), error=str(error))
                await asyncio.to_thread(self._end, partial(repayments.later, row=row))
            else:
                await asyncio.to_thread(self._end, partial(repayments.done, row=row))

    async def refund(self, purchase_id: UUID) -> bool:
        """Refund a purchase and revoke its credits; False when it was not paid with Stars.

        Idempotent. Telegram also reports the refund in a message, which revokes the credits should this process end in
        between. Raises ChannelError.
        """
        paid = await asyncio.to_thread(self._paid, purchase_id)
        if paid is None:
            return False
        payer, charge = paid
        with translated():
            try:
                await self.bot.refund_star_payment(payer, charge)
            except BadRequest as error:
                if not says(error, REFUNDED):
                    raise
        await asyncio.to_thread(self._take_back, purchase_id)
        return True

    def _due(self, account_id: UUID) -> list[Repayment]:
        with self.db.reading() as session:
            return due_in_stars(session, account_id, self.db.clock())

    def _end(self, how: Callable[..., None]) -> None:
        with self.db.transaction() as session:
            how(session, now=self.db.clock())

    def _paid(self, purchase_id: UUID) -> tuple[int, str] | None:
        """The payer's Telegram user id and the charge id."""
        with self.db.reading() as session:
            purchase = session.get(Purchase, purchase_id)
            if purchase is None or purchase.provider != Provider.STARS or purchase.external_id is None:
                return None
            address = session.get_one(Address, purchase.address_id)
            return int(address.chat), purchase.external_id  # a private chat has its user's id

    def _take_back(self, purchase_id: UUID) -> None:
        """Revoke the credits and notify the user, unless Telegram's message did so already."""
        with self.db.transaction() as session:
            purchase, now = session.get_one(Purchase, purchase_id), self.db.clock()
            if take_back(session, purchase, now):
                told = Owed(Message(paragraphs=(word("stars-returned"),)), f"stars-returned:{purchase_id}")
                outbox.owe(session, session.get_one(Address, purchase.address_id), purchase.person_id, told, now)
