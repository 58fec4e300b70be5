"""Payments in Stars: invoices, pre-checkout queries, payments and refunds."""

import itertools
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fakes.telegram_api.bodies import now, utf16_length
from fakes.telegram_api.errors import bad_request
from fakes.telegram_api.sending import put
from fakes.telegram_api.transcript import BotMessage

if TYPE_CHECKING:
    from fakes.telegram_api.fake import FakeTelegram

PATIENCE = 10.0  # seconds Telegram waits for the pre-checkout answer before it cancels a payment
MOST = 10_000  # Stars of one invoice
OLD_CHECKOUT = bad_request("query is too old and response timeout expired or query ID is invalid")
ALREADY_REFUNDED = bad_request("CHARGE_ALREADY_REFUNDED")
NO_CHARGE = bad_request("CHARGE_NOT_FOUND")
Parameters = dict[str, Any]


@dataclass
class Charge:
    """A payment in Stars."""

    id: str
    payer: int
    invoice: dict[str, Any]
    payload: str
    refunded: bool = False

    def told(self) -> dict[str, Any]:
        return {
            "currency": "XTR",
            "total_amount": self.invoice["total_amount"],
            "invoice_payload": self.payload,
            "telegram_payment_charge_id": self.id,
            "provider_payment_charge_id": f"{self.payer}_0",
        }


class Stars:
    def __init__(self) -> None:
        self._numbers = itertools.count(5_000_000_000_000_000_001)
        self._open: set[str] = set()
        self.answers: dict[str, str | None] = {}  # by query: None for approval, else the error message
        self.payloads: dict[tuple[int, int], str] = {}  # by chat and message
        self.charges: dict[str, Charge] = {}

    def ask(self) -> str:
        query = str(next(self._numbers))
        self._open.add(query)
        return query

    def give_up(self, query: str) -> None:
        """Expire a query that was not answered in time."""
        self._open.discard(query)

    def answer(self, parameters: Parameters) -> bool:
        query, ok = parameters["pre_checkout_query_id"], parameters["ok"]
        if not ok and not parameters.get("error_message"):
            raise bad_request("error message must be non-empty")
        if query not in self._open:
            raise OLD_CHECKOUT
        self._open.discard(query)
        self.answers[query] = None if ok else parameters["error_message"]
        return True


def send_invoice(fake: "FakeTelegram", parameters: Parameters) -> dict[str, Any]:
    _check(parameters)
    (price,) = parameters["prices"]
    invoice = {
        "title": parameters["title"],
        "description": parameters["description"],
        "start_parameter": parameters.get("start_parameter", ""),
        "currency": "XTR",
        "total_amount": price["amount"],
    }
    pay = {"inline_keyboard": [[{"text": f"Pay {price['amount']} ⭐", "pay": True}]]}
    body = put(fake, {"reply_markup": pay} | parameters, {"invoice": invoice}, None)
    fake.stars.payloads[body["chat"]["id"], body["message_id"]] = parameters["payload"]
    return body


def _check(parameters: Parameters) -> None:
    for name, longest in (("title", 32), ("description", 255)):
        if not 1 <= utf16_length(parameters[name]) <= longest:
            raise bad_request(f"wrong {name} of the invoice")
    if not 1 <= len(parameters["payload"].encode()) <= 128:
        raise bad_request("INVOICE_PAYLOAD_INVALID")
    if parameters["currency"] != "XTR" or parameters.get("provider_token"):
        raise bad_request("only Stars are reproduced here")
    prices = parameters["prices"]
    if len(prices) != 1 or not 1 <= prices[0]["amount"] <= MOST:
        raise bad_request("STARS_INVOICE_INVALID")


def refund(fake: "FakeTelegram", parameters: Parameters) -> bool:
    with fake.changes.changing():
        charge = fake.stars.charges.get(parameters["telegram_payment_charge_id"])
        if charge is None or charge.payer != parameters["user_id"]:
            raise NO_CHARGE
        if charge.refunded:
            raise ALREADY_REFUNDED
        charge.refunded = True
        told = {name: value for name, value in charge.told().items() if name != "provider_payment_charge_id"}
        _tell(fake, charge.payer, "refunded_payment", told, fake.bot)
    return True


def pays(fake: "FakeTelegram", user: dict[str, Any], message: BotMessage) -> Charge | str:
    """Pay an invoice by its button; returns the charge, or the reason for a refusal."""
    with fake.changes.changing():
        invoice = message.body["invoice"]
        payload = fake.stars.payloads[message.chat_id, message.message_id]
        query = fake.stars.ask()
        asked = {"currency": "XTR", "total_amount": invoice["total_amount"], "invoice_payload": payload}
        fake.updates.add("pre_checkout_query", {"id": query, "from": user, **asked})
    if not fake.changes.wait(lambda: query in fake.stars.answers, PATIENCE):
        fake.stars.give_up(query)
        return "the bot did not answer in time"
    with fake.changes.changing():
        refusal = fake.stars.answers[query]
        if refusal is not None:
            return refusal
        charge = Charge(f"stx{uuid.uuid4().hex}", user["id"], invoice, payload)
        fake.stars.charges[charge.id] = charge
        _tell(fake, charge.payer, "successful_payment", charge.told(), user)
    return charge


def _tell(fake: "FakeTelegram", chat_id: int, kind: str, content: dict[str, Any], sender: dict[str, Any]) -> None:
    """A service message in the payer's chat."""
    chat = fake.chats[chat_id]
    body = {"message_id": fake.next_message(), "date": now(), "chat": chat.json, "from": sender, kind: content}
    fake.updates.add("message", chat.keep(body))
