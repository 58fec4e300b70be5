"""Payments in Stars: invoices, pre-checkout queries, payments and refunds."""

import itertools
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fakes.telegram_api.errors import build_bad_request
from fakes.telegram_api.message_json import count_utf16_units, get_timestamp
from fakes.telegram_api.sending import add_message
from fakes.telegram_api.transcript import TelegramBotMessage

if TYPE_CHECKING:
    from fakes.telegram_api.fake import FakeTelegram

PRE_CHECKOUT_SECONDS = 10.0  # seconds Telegram waits for the pre-checkout answer before it cancels a payment
MAX_STARS = 10_000  # Stars of one invoice
OLD_CHECKOUT = build_bad_request("query is too old and response timeout expired or query ID is invalid")
ALREADY_REFUNDED = build_bad_request("CHARGE_ALREADY_REFUNDED")
NO_CHARGE = build_bad_request("CHARGE_NOT_FOUND")
Parameters = dict[str, Any]


@dataclass
class StarsCharge:
    """A payment in Stars."""

    id: str
    payer: int
    invoice: dict[str, Any]
    payload: str
    is_refunded: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "currency": "XTR",
            "total_amount": self.invoice["total_amount"],
            "invoice_payload": self.payload,
            "telegram_payment_charge_id": self.id,
            "provider_payment_charge_id": f"{self.payer}_0",
        }


class StarsPayments:
    def __init__(self) -> None:
        self._numbers = itertools.count(5_000_000_000_000_000_001)
        self._open_queries: set[str] = set()
        self.answers: dict[str, str | None] = {}  # by query: None for approval, else the error message
        self.payloads: dict[tuple[int, int], str] = {}  # by chat and message
        self.charges: dict[str, StarsCharge] = {}

    def create_query(self) -> str:
        query = str(next(self._numbers))
        self._open_queries.add(query)
        return query

    def expire_query(self, query: str) -> None:
        """Expire a query that was not answered in time."""
        self._open_queries.discard(query)

    def answer_query(self, parameters: Parameters) -> bool:
        query, ok = parameters["pre_checkout_query_id"], parameters["ok"]
        if not ok and not parameters.get("error_message"):
            raise build_bad_request("error message must be non-empty")
        if query not in self._open_queries:
            raise OLD_CHECKOUT
        self._open_queries.discard(query)
        self.answers[query] = None if ok else parameters["error_message"]
        return True


def send_invoice(fake: "FakeTelegram", parameters: Parameters) -> dict[str, Any]:
    _check_invoice(parameters)
    (price,) = parameters["prices"]
    invoice = {
        "title": parameters["title"],
        "description": parameters["description"],
        "start_parameter": parameters.get("start_parameter", ""),
        "currency": "XTR",
        "total_amount": price["amount"],
    }
    pay_button = {"inline_keyboard": [[{"text": f"Pay {price['amount']} ⭐", "pay": True}]]}
    body = add_message(fake, {"reply_markup": pay_button} | parameters, {"invoice": invoice}, None)
    fake.stars.payloads[body["chat"]["id"], body["message_id"]] = parameters["payload"]
    return body


def _check_invoice(parameters: Parameters) -> None:
    for name, max_length in (("title", 32), ("description", 255)):
        if not 1 <= count_utf16_units(parameters[name]) <= max_length:
            raise build_bad_request(f"wrong {name} of the invoice")
    if not 1 <= len(parameters["payload"].encode()) <= 128:
        raise build_bad_request("INVOICE_PAYLOAD_INVALID")
    if parameters["currency"] != "XTR" or parameters.get("provider_token"):
        raise build_bad_request("only Stars are reproduced here")
    prices = parameters["prices"]
    if len(prices) != 1 or not 1 <= prices[0]["amount"] <= MAX_STARS:
        raise build_bad_request("STARS_INVOICE_INVALID")


def refund_charge(fake: "FakeTelegram", parameters: Parameters) -> bool:
    with fake.condition.modify():
        charge = fake.stars.charges.get(parameters["telegram_payment_charge_id"])
        if charge is None or charge.payer != parameters["user_id"]:
            raise NO_CHARGE
        if charge.is_refunded:
            raise ALREADY_REFUNDED
        charge.is_refunded = True
        service_fields = {
            name: value for name, value in charge.to_json().items() if name != "provider_payment_charge_id"
        }
        _send_service_message(fake, charge.payer, "refunded_payment", service_fields, fake.bot)
    return True


def pay_invoice(fake: "FakeTelegram", user: dict[str, Any], message: TelegramBotMessage) -> StarsCharge | str:
    """Pay an invoice by its button; returns the charge, or the reason for a refusal."""
    with fake.condition.modify():
        invoice = message.body["invoice"]
        payload = fake.stars.payloads[message.chat_id, message.message_id]
        query = fake.stars.create_query()
        query_fields = {"currency": "XTR", "total_amount": invoice["total_amount"], "invoice_payload": payload}
        fake.updates.add("pre_checkout_query", {"id": query, "from": user, **query_fields})
    if not fake.condition.wait(lambda: query in fake.stars.answers, PRE_CHECKOUT_SECONDS):
        fake.stars.expire_query(query)
        return "the bot did not answer in time"
    with fake.condition.modify():
        error_message = fake.stars.answers[query]
        if error_message is not None:
            return error_message
        charge = StarsCharge(f"stx{uuid.uuid4().hex}", user["id"], invoice, payload)
        fake.stars.charges[charge.id] = charge
        _send_service_message(fake, charge.payer, "successful_payment", charge.to_json(), user)
    return charge


def _send_service_message(
    fake: "FakeTelegram", chat_id: int, kind: str, content: dict[str, Any], sender: dict[str, Any]
) -> None:
    """A service message in the payer's chat."""
    chat = fake.chats[chat_id]
    body = {
        "message_id": fake.allocate_message_id(),
        "date": get_timestamp(),
        "chat": chat.json,
        "from": sender,
        kind: content,
    }
    fake.updates.add("message", chat.store_body(body))
