"""Linking of accounts: a code joins two chats of one user, and a code sent by email proves who owns past purchases."""

import re
import uuid
from collections.abc import Callable
from typing import Any

from bots.core.admin import confirmation
from bots.core.context import Context, HandlerResult, Reply, reply_for, text_for
from bots.core.conversation.email_verification import EmailRequest, EmailVerification
from bots.core.delivery.email import build_code_email
from models.identity.codes import CodePurpose, EmailLink
from models.identity.people import Person
from models.identity.roles import Role
from models.messaging.deliveries import Message
from pipeline import Pipeline
from storage.billing import purchases
from storage.identity import account_links, email_links, people
from storage.identity.account_links import LinkRejection
from storage.identity.codes import (
    DIGIT_COUNT,
    format_link_code,
    is_email,
    normalize_code,
    normalize_email,
)
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage

MAX_ID_LENGTH, MAX_NAME_LENGTH = 20, 40  # characters of a chat's id and name in a question
LinkChoiceHandler = Callable[[Pipeline, Context, HandlerResult, str], None]
VerificationHandler = Callable[[Pipeline, Context, HandlerResult, EmailVerification, str], None]


def _require_private_chat(handle: VerificationHandler) -> LinkChoiceHandler:
    """Restrict a handler to private chats: codes are neither shown in groups, nor accepted where others could read
    them."""

    def wrapper(pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
        if context.email_verification is None:
            result.replies.append(reply_for("not-understood"))
        elif context.inbound.is_group:
            result.replies.append(reply_for("link-in-private"))
        else:
            handle(pipeline, context, result, context.email_verification, argument)

    return wrapper


@_require_private_chat
def link(
    _pipeline: Pipeline, context: Context, result: HandlerResult, email_verification: EmailVerification, argument: str
) -> None:
    """Issue a linking code, or redeem one issued in another chat of the same user. Chats of users with a role are not
    linked: the other chat would have it too."""
    if account_links.has_role(context.session, context.person):
        result.replies.append(reply_for("link-role"))
    elif argument:
        _redeem_code(context, result, email_verification, argument)
    else:
        _issue_code(context, result, email_verification)


def _issue_code(context: Context, result: HandlerResult, email_verification: EmailVerification) -> None:
    code = email_verification.codes.issue_link(
        context.session, context.account.tenant_id, context.person.id, context.now
    )
    result.replies.append(reply_for("link-code", code=format_link_code(code)) if code else reply_for("code-too-many"))


def _redeem_code(context: Context, result: HandlerResult, email_verification: EmailVerification, code: str) -> None:
    tenant_id = context.account.tenant_id
    redeemed = email_verification.codes.redeem_link(context.session, tenant_id, code, context.now)
    if redeemed is None or redeemed.person_id is None:
        tries_left = email_verification.codes.count_link_tries_left(context.session, tenant_id, code, context.now)
        result.replies.append(_build_code_error(tries_left, "link-unknown"))
        return
    _ask_to_link(context, result, context.session.get_one(Person, redeemed.person_id))


def _ask_to_link(context: Context, result: HandlerResult, other: Person) -> None:
    """Name both chats and what a link means, and ask; a code alone links nothing."""
    if rejection := account_links.find_rejection(context.session, context.person, other):
        result.replies.append(reply_for(f"link-{rejection}"))
        return
    question = text_for("link-sure", here=_describe_chat(context.person), there=_describe_chat(other))
    values = {"person": other.id.hex}
    confirmation.ask_confirmation(context, result, question, text_for("link-warning"), action=("link", values))


def _describe_chat(person: Person) -> str:
    """The name and id of a user as both chats show them; the page's ids are long and mean nothing."""
    identity = f"{person.channel}:{person.external_id[:MAX_ID_LENGTH]}"
    return f"{person.name[:MAX_NAME_LENGTH]}, {identity}" if person.name else identity


@confirmation.register_action("link", Role.PERSON)
def link_chats(pipeline: Pipeline, context: Context, result: HandlerResult, values: dict[str, Any]) -> None:
    """Link this chat with the one that issued the code, and tell that one with whom."""
    other = context.session.get_one(Person, uuid.UUID(values["person"]))
    names = {"here": _describe_chat(context.person), "there": _describe_chat(other)}
    join = account_links.link(context.session, context.person, other, context.now)
    if isinstance(join, LinkRejection):
        result.replies.append(reply_for(f"link-{join}"))
        return
    target = context.session.get_one(Person, join.target_id)
    account_status = pipeline.account_status_of(context.session, target)
    done = text_for("link-done", total=account_status.credits.available, code=join.short_id, **names)
    result.replies.append(Reply(Message(paragraphs=(done,))))
    _notify_other_chat(context, target, Message(paragraphs=(done,)), f"join:{join.id}")


def _notify_other_chat(context: Context, person: Person, message: Message, cause: str) -> None:
    """Enqueue a message to the other chat, if it is not this one."""
    address = purchases.address_of(context.session, person)
    if address is not None and address.id != context.address.id:
        outbox.enqueue(context.session, address, person.id, OutboxMessage(message, cause), context.now)


def _build_code_error(tries_left: int | None, unknown_key: str) -> Reply:
    """Build the reply to a code that was not accepted; `tries_left` is None for an unknown code."""
    if tries_left is None:
        return reply_for(unknown_key)
    return reply_for("code-wrong", count=tries_left) if tries_left else reply_for("code-exhausted")


@_require_private_chat
def email(
    _pipeline: Pipeline, context: Context, result: HandlerResult, email_verification: EmailVerification, argument: str
) -> None:
    """Send a code to the email address of a customer who paid elsewhere, or verify that code."""
    if not email_verification.can_find_customers:
        result.replies.append(reply_for("email-closed"))
    elif is_code(argument):
        _verify_code(context, result, email_verification, argument)
    elif is_email(argument):
        _send_code(context, result, email_verification, argument)
    else:
        result.replies.append(reply_for("email-usage"))


def is_code(text: str) -> bool:
    """Whether this text looks like a code sent by email."""
    return re.fullmatch(rf"[0-9]{{{DIGIT_COUNT}}}", normalize_code(text)) is not None and len(text) <= 2 * DIGIT_COUNT


def is_awaiting_code(context: Context) -> bool:
    """Whether a bare number may be the code of an email that was just sent to this user."""
    return (
        context.email_verification is not None
        and not context.inbound.is_group
        and bool(email_links.list_unverified(context.session, context.person.id, context.now))
    )


def _send_code(context: Context, result: HandlerResult, email_verification: EmailVerification, address: str) -> None:
    """Send a code. The reply and the work are the same whether or not the address belongs to a customer."""
    session, person = context.session, context.person
    code = email_verification.codes.issue(
        session, context.account.tenant_id, CodePurpose.EMAIL, address, context.now, person_id=person.id
    )
    if code is None:
        result.replies.append(reply_for("code-too-many"))
        return
    row = EmailLink(
        tenant_id=context.account.tenant_id,
        person_id=person.id,
        address_id=context.address.id,
        email=normalize_email(address),
        created_at=context.now,
        run_after=context.now,
    )
    session.add(row)
    session.flush()
    delivery_id = context.enqueue(OutboxMessage(_build_message("email-sent"), f"email:{row.id}"))
    result.email_requests.append(
        EmailRequest(build_code_email(person.language, normalize_email(address), code), delivery_id)
    )


def _verify_code(context: Context, result: HandlerResult, email_verification: EmailVerification, code: str) -> None:
    session, tenant_id, person = context.session, context.account.tenant_id, context.person
    links = email_links.list_unverified(context.session, context.person.id, context.now)
    for row in links:
        subject = str(row.email)
        if email_verification.codes.redeem(
            session, tenant_id, CodePurpose.EMAIL, subject, code, context.now, person_id=person.id
        ):
            _start_customer_search(context, result, row)
            return
    tries_left = None
    if links:
        newest_address = str(links[0].email)
        tries_left = email_verification.codes.count_tries_left(
            session, tenant_id, CodePurpose.EMAIL, newest_address, context.now, person_id=person.id
        )
    result.replies.append(_build_code_error(tries_left, "code-unknown"))


def _start_customer_search(context: Context, result: HandlerResult, row: EmailLink) -> None:
    row.proved_at = row.run_after = context.now
    outbox_message = OutboxMessage(_build_message("email-searching"), f"email:{row.id}", "search")
    row.delivery_id = context.enqueue(outbox_message)
    row.address_id = context.address.id
    result.customer_searches.append(row.id)


def _build_message(key: str) -> Message:
    return Message(paragraphs=(text_for(key),))


def choose_customer(_pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    """Handle the choice of one of several customers with the same email address."""
    link_id, _, index = argument.partition(":")
    row = _find_link(context, link_id)
    is_open = row is not None and row.settled_at is None
    is_own = is_open and row is not None and people.is_same_person(context.session, row.person_id, context.person)
    customer = {str(number): each for number, each in enumerate(row.customers)}.get(index) if row and is_own else None
    if row is None or customer is None:
        result.replies.append(reply_for("email-gone"))
        return
    row.chosen = customer
    row.run_after = context.now
    result.customer_searches.append(row.id)


def _find_link(context: Context, link_id: str) -> EmailLink | None:
    """Find the row whose id a choice contains; None for any other text, which may be hostile."""
    try:
        return context.session.get(EmailLink, uuid.UUID(hex=link_id))
    except ValueError:
        return None
