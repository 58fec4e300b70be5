"""Linking of accounts: a code joins two chats of one user, and a code sent by email proves who owns past purchases."""

import re
import uuid
from collections.abc import Callable

from sqlmodel import col, select

from bots.core.letters import code_letter
from bots.core.proofs import LetterWish, Proofs
from bots.core.visit import Outcome, Reply, Visit, say, word
from models.codes import EmailLink, Purpose
from models.deliveries import Message
from models.people import Person
from pipeline.service import Pipeline
from storage import joining, outbox, people, purchases
from storage.codes import DIGITS, LASTS, dressed, is_email, normalised, plain
from storage.outbox import Owed

Handler = Callable[[Pipeline, Visit, Outcome, str], None]
Proving = Callable[[Pipeline, Visit, Outcome, Proofs, str], None]


def _in_private(handle: Proving) -> Handler:
    """Restrict a handler to private chats: codes are neither shown in groups, nor accepted where others could read
    them."""

    def guarded(pipeline: Pipeline, visit: Visit, outcome: Outcome, argument: str) -> None:
        if visit.proofs is None:
            outcome.replies.append(say("not-understood"))
        elif visit.inbound.in_group:
            outcome.replies.append(say("link-in-private"))
        else:
            handle(pipeline, visit, outcome, visit.proofs, argument)

    return guarded


@_in_private
def link(pipeline: Pipeline, visit: Visit, outcome: Outcome, proofs: Proofs, argument: str) -> None:
    """Issue a linking code, or redeem one issued in another chat of the same user."""
    if argument:
        _take(pipeline, visit, outcome, proofs, argument)
        return
    code = proofs.codes.issue_link(visit.session, visit.account.tenant_id, visit.person.id, visit.now)
    outcome.replies.append(say("link-code", code=dressed(code)) if code else say("code-too-many"))


def _take(pipeline: Pipeline, visit: Visit, outcome: Outcome, proofs: Proofs, code: str) -> None:
    tenant_id = visit.account.tenant_id
    used = proofs.codes.redeem_link(visit.session, tenant_id, code, visit.now)
    if used is None or used.person_id is None:
        left = proofs.codes.link_tries_left(visit.session, tenant_id, code, visit.now)
        outcome.replies.append(_not_right(left, "link-unknown"))
        return
    giver = visit.session.get_one(Person, used.person_id)
    is_free = visit.person.banned_at is None and giver.banned_at is None
    row = joining.join(visit.session, visit.person, giver, visit.now) if is_free else None
    if row is None:
        outcome.replies.append(say("link-same" if is_free else "link-unknown"))
        return
    target = visit.session.get_one(Person, row.target_id)
    standing = pipeline.standing(visit.session, target)
    told = word("link-done", total=standing.credits.available, code=row.short)
    outcome.replies.append(Reply(Message(paragraphs=(told,))))
    _tell(visit, target, Message(paragraphs=(told,)), f"join:{row.id}")


def _tell(visit: Visit, person: Person, message: Message, cause: str) -> None:
    """Enqueue a message to the other chat, if it is not this one."""
    address = purchases.address_of(visit.session, person)
    if address is not None and address.id != visit.address.id:
        outbox.owe(visit.session, address, person.id, Owed(message, cause), visit.now)


def _not_right(left: int | None, unknown: str) -> Reply:
    """Build the reply to a code that was not accepted; `tries_left` is None for an unknown code."""
    if left is None:
        return say(unknown)
    return say("code-wrong", count=left) if left else say("code-exhausted")


@_in_private
def email(_pipeline: Pipeline, visit: Visit, outcome: Outcome, proofs: Proofs, argument: str) -> None:
    """Send a code to the email address of a customer who paid elsewhere, or verify that code."""
    if not proofs.can_find_customers:
        outcome.replies.append(say("email-closed"))
    elif is_code(argument):
        _prove(visit, outcome, proofs, argument)
    elif is_email(argument):
        _ask(visit, outcome, proofs, argument)
    else:
        outcome.replies.append(say("email-usage"))


def is_code(text: str) -> bool:
    """Whether this text looks like a code sent by email."""
    return re.fullmatch(rf"[0-9]{{{DIGITS}}}", plain(text)) is not None and len(text) <= 2 * DIGITS


def awaits_code(visit: Visit) -> bool:
    """Whether a bare number may be the code of an email that was just sent to this user."""
    return visit.proofs is not None and not visit.inbound.in_group and bool(_open(visit))


def _ask(visit: Visit, outcome: Outcome, proofs: Proofs, address: str) -> None:
    """Send a code. The reply and the work are the same whether or not the address belongs to a customer."""
    session, person = visit.session, visit.person
    code = proofs.codes.issue(session, visit.account.tenant_id, Purpose.EMAIL, address, visit.now, person_id=person.id)
    if code is None:
        outcome.replies.append(say("code-too-many"))
        return
    row = EmailLink(
        tenant_id=visit.account.tenant_id,
        person_id=person.id,
        address_id=visit.address.id,
        email=normalised(address),
        created_at=visit.now,
        run_after=visit.now,
    )
    session.add(row)
    session.flush()
    told = outbox.owe(session, visit.address, person.id, Owed(_sentence("email-sent"), f"email:{row.id}"), visit.now)
    outcome.letters.append(LetterWish(code_letter(person.language, normalised(address), code), told))


def _prove(visit: Visit, outcome: Outcome, proofs: Proofs, code: str) -> None:
    session, tenant_id, person = visit.session, visit.account.tenant_id, visit.person
    links = _open(visit)
    for row in links:
        subject = str(row.email)
        if proofs.codes.redeem(session, tenant_id, Purpose.EMAIL, subject, code, visit.now, person_id=person.id):
            _search(visit, outcome, row)
            return
    left = None
    if links:
        newest = str(links[0].email)
        left = proofs.codes.tries_left(session, tenant_id, Purpose.EMAIL, newest, visit.now, person_id=person.id)
    outcome.replies.append(_not_right(left, "code-unknown"))


def _search(visit: Visit, outcome: Outcome, row: EmailLink) -> None:
    row.proved_at = row.run_after = visit.now
    owed = Owed(_sentence("email-searching"), f"email:{row.id}", "search")
    row.delivery_id = outbox.owe(visit.session, visit.address, visit.person.id, owed, visit.now)
    row.address_id = visit.address.id
    outcome.searches.append(row.id)


def _open(visit: Visit) -> list[EmailLink]:
    """List the user's email addresses awaiting verification, newest first."""
    wanted = select(EmailLink).where(
        col(EmailLink.person_id) == visit.person.id,
        col(EmailLink.created_at) > visit.now - LASTS,
        col(EmailLink.proved_at).is_(None),
        col(EmailLink.email).is_not(None),
    )
    return list(visit.session.exec(wanted.order_by(col(EmailLink.created_at).desc())))


def _sentence(key: str) -> Message:
    return Message(paragraphs=(word(key),))


def choose(_pipeline: Pipeline, visit: Visit, outcome: Outcome, argument: str) -> None:
    """Handle the choice of one of several customers with the same email address."""
    name, _, place = argument.partition(":")
    row = _named(visit, name)
    is_open = row is not None and row.settled_at is None
    is_theirs = is_open and row is not None and people.is_same(visit.session, row.person_id, visit.person)
    if row is None or not is_theirs or not place.isdecimal() or int(place[:3]) >= len(row.customers):
        outcome.replies.append(say("email-gone"))
        return
    row.chosen = row.customers[int(place[:3])]
    row.run_after = visit.now
    outcome.searches.append(row.id)


def _named(visit: Visit, name: str) -> EmailLink | None:
    """Find the row whose id a choice contains; None for any other text, which may be hostile."""
    try:
        return visit.session.get(EmailLink, uuid.UUID(hex=name))
    except ValueError:
        return None
