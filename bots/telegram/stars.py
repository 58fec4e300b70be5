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

from bots.core.admin import refunds
from bots.core.channel import ChannelError, MessageRejected, RenderedInvoice
from bots.core.context import text_for
from bots.core.conversation.stars import PaymentQuery, revoke_credits
from bots.locales import match_language, translate
from bots.telegram.errors import has_reason, translate_errors
from bots.telegram.markup import truncate
from models.billing.payments import Provider, Purchase, Repayment
from models.identity.people import Address
from models.messaging.deliveries import Message
from storage.billing.refunds import list_due_in_stars
from storage.db import Database
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage

log = structlog.get_logger(__name__)

LONGEST_TITLE, LONGEST_DESCRIPTION = 32, 255  # characters
ANSWER_SECONDS = 8.0  # Telegram waits ten seconds
POLL_SECONDS = 3.0  # seconds between two polls for requested refunds
FORWARDED_START_PARAMETER = "plans"  # a forwarded invoice opens the bot instead of paying another user's purchase
ALREADY_REFUNDED = "charge_already_refunded"

RefusalCheck = Callable[[PaymentQuery], str | None]
"""Returns the locale key of the reason why something cannot be paid; None when it can. Blocking, but fast."""


@dataclass(slots=True)
class PreCheckoutHandler:
    """Answers pre-checkout queries, on threads of its own: the shared ones may all be busy for longer than Telegram
    waits."""

    find_refusal: RefusalCheck
    _executor: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, "stars"))

    async def answer(self, query: PreCheckoutQuery) -> None:
        key = await self._find_refusal_key(query)
        message = translate(match_language(query.from_user.language_code), key) if key else None
        try:
            await query.answer(ok=key is None, error_message=message)
        except TelegramError as error:  # the user can press the button again
            log.warning("pre-checkout-not-answered", error=type(error).__name__)

    async def _find_refusal_key(self, query: PreCheckoutQuery) -> str | None:
        payment_query = PaymentQuery(
            payload=query.invoice_payload,
            payer=str(query.from_user.id),
            currency=query.currency.lower(),
            amount=query.total_amount,
        )
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await loop.run_in_executor(self._executor, self.find_refusal, payment_query)
        except Exception as error:  # noqa: BLE001 - whatever failed, a purchase that was not found must not be paid
            log.warning("pre-checkout-lookup-failed", error=type(error).__name__)
            return "stars-later"


def refuse_all(_payment_query: PaymentQuery) -> str:
    return "stars-gone"


def build_invoice_parameters(invoice: RenderedInvoice, description: str) -> dict[str, Any]:
    """Parameters of `sendInvoice`."""
    return {
        "title": truncate(invoice.title, LONGEST_TITLE),
        "description": truncate(description, LONGEST_DESCRIPTION),
        "payload": invoice.payload,
        "currency": invoice.currency.upper(),
        "prices": [LabeledPrice(truncate(invoice.title, LONGEST_TITLE), invoice.amount)],
        "provider_token": "",
        "start_parameter": FORWARDED_START_PARAMETER,
    }


@dataclass(frozen=True, slots=True)
class StarsRefunds:
    """Refunds Stars on request of administrators."""

    bot: Bot
    db: Database

    async def run(self, account_id: UUID) -> None:
        """Process refunds requested for payments of this account, until cancelled."""
        while True:
            try:
                await self.sweep(account_id)
            except SQLAlchemyError as error:
                log.warning("refunds-database-unavailable", error=type(error).__name__)
            await asyncio.sleep(POLL_SECONDS)

    async def sweep(self, account_id: UUID) -> None:
        """Process due refunds in sequence; a rejected one is reported, one that fails for now is retried later."""
        for row in await asyncio.to_thread(self._list_due, account_id):
            try:
                await self.refund(row.purchase_id)
            except MessageRejected as error:
                await asyncio.to_thread(
                    self._record_result, partial(refunds.mark_refused, repayment=row, reason=str(error))
                )
            except ChannelError as error:
                log.warning("refund-postponed", repayment=str(row.id), error=str(error))
                await asyncio.to_thread(self._record_result, partial(refunds.postpone, repayment=row))
            else:
                await asyncio.to_thread(self._record_result, partial(refunds.mark_done, repayment=row))

    async def refund(self, purchase_id: UUID) -> bool:
        """Refund a purchase and revoke its credits; False when it was not paid with Stars.

        Idempotent. Telegram also reports the refund in a message, which revokes the credits should this process end in
        between. Raises ChannelError.
        """
        found = await asyncio.to_thread(self._find_charge, purchase_id)
        if found is None:
            return False
        payer, charge = found
        with translate_errors():
            try:
                await self.bot.refund_star_payment(payer, charge)
            except BadRequest as error:
                if not has_reason(error, ALREADY_REFUNDED):
                    raise
        await asyncio.to_thread(self._take_back_credits, purchase_id)
        return True

    def _list_due(self, account_id: UUID) -> list[Repayment]:
        with self.db.read_transaction() as session:
            return list_due_in_stars(session, account_id, self.db.clock())

    def _record_result(self, record: Callable[..., None]) -> None:
        with self.db.transaction() as session:
            record(session, now=self.db.clock())

    def _find_charge(self, purchase_id: UUID) -> tuple[int, str] | None:
        """The payer's Telegram user id and the charge id."""
        with self.db.read_transaction() as session:
            purchase = session.get(Purchase, purchase_id)
            if purchase is None or purchase.provider != Provider.STARS or purchase.external_id is None:
                return None
            address = session.get_one(Address, purchase.address_id)
            return int(address.chat), purchase.external_id  # a private chat has its user's id

    def _take_back_credits(self, purchase_id: UUID) -> None:
        """Revoke the credits and notify the user, unless Telegram's message did so already."""
        with self.db.transaction() as session:
            purchase, now = session.get_one(Purchase, purchase_id), self.db.clock()
            if revoke_credits(session, purchase, now):
                outbox_message = OutboxMessage(
                    Message(paragraphs=(text_for("stars-returned"),)), f"stars-returned:{purchase_id}"
                )
                outbox.enqueue(
                    session, session.get_one(Address, purchase.address_id), purchase.person_id, outbox_message, now
                )
