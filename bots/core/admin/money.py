"""`/grant`, `/revoke` and `/refund`: credits given and taken, and money refunded, by administrators."""

import re
from typing import Any

from bots.core.admin import confirmation
from bots.core.admin.replies import add_error_reply, add_reply, find_person, format_identity
from bots.core.context import Context, HandlerResult, text_for
from bots.core.conversation.payment_methods import amount_text_for
from bots.core.roles import Command
from models.billing.payments import Provider, Purchase
from models.billing.prices import STARS_CURRENCY
from models.identity.people import Person
from models.identity.roles import Role
from models.messaging.deliveries import TranslatedText
from pipeline import Pipeline
from storage.billing import ledger, refunds, revocations
from storage.identity import people
from storage.identity.people import ID_PREFIX_PATTERN

MAX_CREDITS = 1_000_000  # credits per command
MAX_UNCONFIRMED_CREDITS = 100  # credits that are revoked without a confirmation
_MONEY_PATTERN = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{2}))?")


def grant(pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """Give a user of the same tenant credits: `telegram:123 10`."""
    parsed = _parse_arguments(arguments)
    if parsed is None:
        add_error_reply(result, "grant-usage")
        return
    reference, credits_ = parsed
    person = find_person(context, result, reference)
    if person is None:
        return
    pipeline.account_status_of(context.session, person)
    key, reason = f"grant:admin:{context.account.id}:{context.inbound.update_ids[0]}", f"by {context.person.id}"
    ledger.grant(context.session, person, credits_, key=key, now=context.now, reason=reason)
    result.audit_details["credits"] = credits_
    available = pipeline.account_status_of(context.session, person).credits.available
    add_reply(result, text_for("grant-done", who=reference, credits=credits_, available=available))


def _parse_arguments(arguments: str) -> tuple[str, int] | None:
    """The reference to a user, and a number of credits."""
    match arguments.split():
        case [who, number] if ":" in who or ID_PREFIX_PATTERN.fullmatch(who.lower()):
            is_plain = number.isascii() and number.isdecimal() and len(number) <= 7
            return (who, int(number)) if is_plain and 0 < int(number) <= MAX_CREDITS else None
    return None


def revoke(pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """Revoke credits, as far as there are any; many need a confirmation."""
    parsed = _parse_arguments(arguments)
    if parsed is None:
        add_error_reply(result, "admin-revoke-usage")
        return
    reference, credits_ = parsed
    person = find_person(context, result, reference)
    if person is None:
        return
    available = pipeline.account_status_of(context.session, person).credits.available
    amount = min(credits_, available)  # what the question names, and no more, is taken when it is confirmed
    values = {"person": person.id.hex, "credits": amount}
    if amount <= MAX_UNCONFIRMED_CREDITS:
        revoke_credits(pipeline, context, result, values)
        return
    question = text_for("admin-revoke-sure", who=format_identity(person), credits=amount, available=available)
    confirmation.ask_confirmation(context, result, question, action=("revoke", values))


@confirmation.register_action("revoke", Role.ADMIN)
def revoke_credits(pipeline: Pipeline, context: Context, result: HandlerResult, values: dict[str, Any]) -> None:
    person = find_person(context, result, values["person"])
    if person is None:
        return
    pipeline.account_status_of(context.session, person)
    key, reason = f"revoke:admin:{context.account.id}:{context.inbound.update_ids[0]}", f"by {context.person.id}"
    taken = revocations.revoke(context.session, person, values["credits"], key=key, now=context.now, reason=reason)
    result.audit_details["credits"] = taken
    available = pipeline.account_status_of(context.session, person).credits.available
    add_reply(result, text_for("admin-revoke-done", who=format_identity(person), credits=taken, available=available))


def refund(_pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """`PAYMENT` refunds all that is left of it, `PAYMENT 12.50` a part; needs a confirmation."""
    match arguments.split():
        case [name, *part] if len(part) <= 1:
            purchase = refunds.find_purchase(context.session, context.account.tenant_id, name)
            if purchase is None:
                add_error_reply(result, "admin-refund-unknown", code=name[:40])
            else:
                _ask_confirmation(context, result, purchase, part[0] if part else "")
        case _:
            add_error_reply(result, "admin-refund-usage")


def _ask_confirmation(context: Context, result: HandlerResult, purchase: Purchase, part: str) -> None:
    refundable = refunds.lock_refundable_amount(context.session, purchase)
    refund_amount = _parse_minor_units(part, purchase.currency) if part else refundable
    if obstacle := _find_obstacle(purchase, refund_amount, refundable):
        add_error_reply(result, obstacle)
        return
    person = people.resolve_merged(context.session, context.session.get_one(Person, purchase.person_id))
    details = {"who": format_identity(person), "code": purchase.short_id, "provider": purchase.provider}
    question = TranslatedText(
        key="admin-refund-sure", values=details, inner=amount_text_for(refund_amount, purchase.currency)
    )
    values = {"purchase": purchase.id.hex, "amount": refund_amount}
    plan_note = [text_for("admin-refund-plan")] if purchase.item.startswith("plan:") else []
    confirmation.ask_confirmation(
        context, result, question, text_for("admin-refund-credits"), *plan_note, action=("refund", values)
    )


def _find_obstacle(purchase: Purchase, refund_amount: int, refundable: int) -> str | None:
    """Locale key of the reason why that amount cannot be refunded; None where it can."""
    if purchase.payment_id is None:
        return "admin-refund-free"
    if refundable <= 0:
        return "admin-refund-gone"
    if not 0 < refund_amount <= refundable:
        return "admin-refund-amount"
    if purchase.provider == Provider.STARS and refund_amount != purchase.amount:
        return "admin-refund-stars"  # Telegram refunds all or nothing
    return None


def _parse_minor_units(text: str, currency: str) -> int:
    """An amount as users write it, in minor units; 0 where it is not an amount."""
    found = _MONEY_PATTERN.fullmatch(text)
    if found is None or (currency == STARS_CURRENCY and found[2]):
        return 0
    return int(found[1]) if currency == STARS_CURRENCY else int(found[1]) * 100 + int(found[2] or 0)


@confirmation.register_action("refund", Role.ADMIN)
def request_refund(_pipeline: Pipeline, context: Context, result: HandlerResult, values: dict[str, Any]) -> None:
    """Record the refund; it is sent to the provider after the commit, and the outcome is reported to the chat."""
    purchase = refunds.find_purchase(context.session, context.account.tenant_id, values["purchase"])
    if purchase is None:
        add_error_reply(result, "admin-refund-gone")
        return
    refund_amount = values["amount"]
    if obstacle := _find_obstacle(purchase, refund_amount, refunds.lock_refundable_amount(context.session, purchase)):
        add_error_reply(result, obstacle)
        return
    row = refunds.request_refund(context.session, purchase, refund_amount, context.person, context.address, context.now)
    result.refunds.append(row.id)
    result.audit_details |= {"purchase": purchase.id, "amount": refund_amount}
    confirmation = TranslatedText(
        key="admin-refund-asked",
        values={"code": purchase.short_id},
        inner=amount_text_for(refund_amount, purchase.currency),
    )
    add_reply(result, confirmation)


COMMANDS = (
    Command("grant", grant, Role.ADMIN),
    Command("revoke", revoke, Role.ADMIN),
    Command("refund", refund, Role.ADMIN),
)
