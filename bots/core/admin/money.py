"""`/grant`, `/revoke` and `/refund`: credits and money, given and taken by hand."""

import re
from typing import Any

from bots.core.admin import confirm
from bots.core.admin.answers import called, mistaken, tell, whom
from bots.core.roles import Command, Role
from bots.core.visit import Outcome, Visit, word
from bots.core.ways import amount
from models.deliveries import Wording
from models.payments import Provider, Purchase
from models.people import Person
from models.prices import STARS
from pipeline.service import Pipeline
from storage import ledger, people, repayments, revocations
from storage.people import SHORT

MOST = 1_000_000  # credits at once
SURE = 100  # credits that are taken without asking again
_MONEY = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{2}))?")


def grant(pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """Give a person of the same tenant credits: `telegram:123 10`."""
    parsed = _parsed(arguments)
    if parsed is None:
        mistaken(outcome, "grant-usage")
        return
    who, credits_ = parsed
    person = whom(visit, outcome, who)
    if person is None:
        return
    pipeline.standing(visit.session, person)
    key, reason = f"grant:admin:{visit.account.id}:{visit.inbound.updates[0]}", f"by {visit.person.id}"
    ledger.grant(visit.session, person, credits_, key=key, now=visit.now, reason=reason)
    outcome.about["credits"] = credits_
    available = pipeline.standing(visit.session, person).credits.available
    tell(outcome, word("grant-done", who=who, credits=credits_, available=available))


def _parsed(arguments: str) -> tuple[str, int] | None:
    """Who, and how many credits."""
    match arguments.split():
        case [who, number] if ":" in who or SHORT.fullmatch(who.lower()):
            is_plain = number.isascii() and number.isdecimal() and len(number) <= 7
            return (who, int(number)) if is_plain and 0 < int(number) <= MOST else None
    return None


def revoke(pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """Take credits away, as far as there are any; many are asked about first."""
    parsed = _parsed(arguments)
    if parsed is None:
        mistaken(outcome, "admin-revoke-usage")
        return
    who, credits_ = parsed
    person = whom(visit, outcome, who)
    if person is None:
        return
    values = {"person": person.id.hex, "credits": credits_}
    if credits_ <= SURE:
        revoked(pipeline, visit, outcome, values)
        return
    available = pipeline.standing(visit.session, person).credits.available
    sure = word("admin-revoke-sure", who=called(person), credits=min(credits_, available), available=available)
    confirm.ask(visit, outcome, sure, action=("revoke", values))


@confirm.carries_out("revoke", Role.ADMIN)
def revoked(pipeline: Pipeline, visit: Visit, outcome: Outcome, values: dict[str, Any]) -> None:
    person = whom(visit, outcome, values["person"])
    if person is None:
        return
    pipeline.standing(visit.session, person)
    key, reason = f"revoke:admin:{visit.account.id}:{visit.inbound.updates[0]}", f"by {visit.person.id}"
    taken = revocations.revoke(visit.session, person, values["credits"], key=key, now=visit.now, reason=reason)
    outcome.about["credits"] = taken
    available = pipeline.standing(visit.session, person).credits.available
    tell(outcome, word("admin-revoke-done", who=called(person), credits=taken, available=available))


def refund(_pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """`PAYMENT` gives all of it back that is left, `PAYMENT 12.50` a part; asked about first."""
    match arguments.split():
        case [name, *part] if len(part) <= 1:
            purchase = repayments.purchase_named(visit.session, visit.account.tenant_id, name)
            if purchase is None:
                mistaken(outcome, "admin-refund-unknown", code=name[:40])
            else:
                _ask(visit, outcome, purchase, part[0] if part else "")
        case _:
            mistaken(outcome, "admin-refund-usage")


def _ask(visit: Visit, outcome: Outcome, purchase: Purchase, part: str) -> None:
    left = repayments.left(visit.session, purchase)
    wanted = _minor(part, purchase.currency) if part else left
    if obstacle := _obstacle(purchase, wanted, left):
        mistaken(outcome, obstacle)
        return
    person = people.merged(visit.session, visit.session.get_one(Person, purchase.person_id))
    about = {"who": called(person), "code": purchase.short, "provider": purchase.provider}
    sure = Wording(key="admin-refund-sure", values=about, inner=amount(wanted, purchase.currency))
    values = {"purchase": purchase.id.hex, "amount": wanted}
    also = [word("admin-refund-plan")] if purchase.item.startswith("plan:") else []
    confirm.ask(visit, outcome, sure, word("admin-refund-credits"), *also, action=("refund", values))


def _obstacle(purchase: Purchase, wanted: int, left: int) -> str | None:
    """Why so much of a payment cannot go back: the key of a sentence."""
    if purchase.payment_id is None:
        return "admin-refund-free"
    if left <= 0:
        return "admin-refund-gone"
    if not 0 < wanted <= left:
        return "admin-refund-amount"
    if purchase.provider == Provider.STARS and wanted != purchase.amount:
        return "admin-refund-stars"  # Telegram gives back all or nothing
    return None


def _minor(text: str, currency: str) -> int:
    """An amount as people write it, in minor units; 0 for what is none."""
    found = _MONEY.fullmatch(text)
    if found is None or (currency == STARS and found[2]):
        return 0
    return int(found[1]) if currency == STARS else int(found[1]) * 100 + int(found[2] or 0)


@confirm.carries_out("refund", Role.ADMIN)
def refunded(_pipeline: Pipeline, visit: Visit, outcome: Outcome, values: dict[str, Any]) -> None:
    """Write down what is to go back; who speaks to the provider does it after the commit, and tells."""
    purchase = repayments.purchase_named(visit.session, visit.account.tenant_id, values["purchase"])
    if purchase is None:
        mistaken(outcome, "admin-refund-gone")
        return
    wanted = values["amount"]
    if obstacle := _obstacle(purchase, wanted, repayments.left(visit.session, purchase)):
        mistaken(outcome, obstacle)
        return
    row = repayments.ask(visit.session, purchase, wanted, visit.person, visit.address, visit.now)
    outcome.refunds.append(row.id)
    outcome.about |= {"purchase": purchase.id, "amount": wanted}
    told = Wording(key="admin-refund-asked", values={"code": purchase.short}, inner=amount(wanted, purchase.currency))
    tell(outcome, told)


COMMANDS = (
    Command("grant", grant, Role.ADMIN),
    Command("revoke", revoke, Role.ADMIN),
    Command("refund", refund, Role.ADMIN),
)
