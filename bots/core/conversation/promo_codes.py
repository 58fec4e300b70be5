"""Commands for codes that grant credits: promotions, gifts and invitations."""

import re

from bots.core.admin.replies import add_error_reply
from bots.core.context import Context, HandlerResult, Reply, reply_for, text_for
from bots.core.conversation.shop import require_private_chat
from bots.core.roles import split_verb
from models.messaging.deliveries import Message
from pipeline import Pipeline
from storage.billing import promo_codes

CODE_PATTERN = re.compile(r"[A-Z0-9][A-Z0-9-]{2,39}")
MAX_NUMBER = 1_000_000  # credits, uses and days of a promotion
INVITATION_PREFIX = "hello_"  # prefix of an invitation code in the argument of /start


def extract_invitation_code(argument: str) -> str:
    """Extract the invitation code from the argument of /start, empty if there is none. A deep link takes no hyphens."""
    is_code = argument.lower().startswith(INVITATION_PREFIX)
    return argument.upper().replace("_", "-") if is_code else ""


@require_private_chat
def redeem(pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """Redeem a code for its credits."""
    typed_code = arguments.upper().replace(" ", "")
    if not typed_code:
        result.replies.append(reply_for("redeem-usage"))
        return
    invitation = pipeline.entitlements.catalogue.invitation
    redemption = (
        promo_codes.redeem(context.session, context.person, typed_code, invitation, context.now)
        if CODE_PATTERN.fullmatch(typed_code)
        else promo_codes.RedemptionResult(promo_codes.RedemptionStatus.UNKNOWN)
    )
    if redemption.status is promo_codes.RedemptionStatus.PENDING:
        result.replies.append(reply_for("redeem-pending", credits=redemption.credits))
        return
    if redemption.status is not promo_codes.RedemptionStatus.REDEEMED:
        result.replies.append(reply_for(f"redeem-{redemption.status}"))
        return
    available = pipeline.account_status_of(context.session, context.person).credits.available
    result.replies.append(reply_for("redeem-done", credits=redemption.credits, total=available))


@require_private_chat
def gift(_pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """Turn purchased credits into a gift code for another user."""
    amount = _parse_number(arguments)
    if amount is None:
        result.replies.append(reply_for("gift-usage"))
        return
    code = promo_codes.create_gift(context.session, context.person, amount, context.now)
    if code is None:
        result.replies.append(reply_for("gift-too-few"))
        return
    paragraphs = [text_for("gift-done", credits=amount, code=code.code)]
    if code.expires_at is not None:
        paragraphs.append(text_for("gift-until", returns=f"{code.expires_at:%Y-%m-%d}"))
    result.replies.append(Reply(Message(paragraphs=tuple(paragraphs))))


@require_private_chat
def invite(pipeline: Pipeline, context: Context, result: HandlerResult, _arguments: str) -> None:
    """Show the user's own invitation code, and how many new users have redeemed it."""
    terms = pipeline.entitlements.catalogue.invitation
    if not terms.most:
        result.replies.append(reply_for("invite-closed"))
        return
    code = promo_codes.get_or_create_invitation(context.session, context.person, terms)
    friends = promo_codes.count_uses(context.session, code)
    invitation_text = text_for("invite", code=code.code, invited=code.credits, inviter=terms.inviter)
    result.replies.append(Reply(Message(paragraphs=(invitation_text, text_for("invite-so-far", count=friends)))))


@require_private_chat
def promo(_pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """Manage promotions, for administrators: `create CODE credits uses [days]`, `list`, `stop CODE`."""
    verb, rest = split_verb(arguments)
    match [verb, *rest.split()]:
        case ["create", name, amount, uses, *days] if len(days) <= 1:
            _create_promotion(context, result, name.upper(), amount, uses, days[0] if days else None)
        case ["list"]:
            result.replies.append(Reply(_list_promotions(context)))
        case ["stop", name] if promo_codes.stop_code(context.session, context.account.tenant_id, name, context.now):
            result.replies.append(reply_for("promo-stopped", code=name.upper()))
        case ["stop", name]:
            add_error_reply(result, "promo-unknown", code=name.upper())
        case _:
            add_error_reply(result, "promo-usage")


def _create_promotion(
    context: Context, result: HandlerResult, name: str, credits_text: str, uses_text: str, days_text: str | None
) -> None:
    credits_, max_uses, valid_days = (
        _parse_number(credits_text),
        _parse_number(uses_text),
        _parse_number(days_text or ""),
    )
    is_reserved = name.startswith((promo_codes.GIFT_PREFIX, promo_codes.INVITATION_PREFIX))
    if (
        not CODE_PATTERN.fullmatch(name)
        or is_reserved
        or not credits_
        or not max_uses
        or (days_text is not None and not valid_days)
    ):
        add_error_reply(result, "promo-usage")
    elif not promo_codes.create_promotion(
        context.session, context.account.tenant_id, name, credits_, max_uses, valid_days
    ):
        add_error_reply(result, "promo-taken", code=name)
    else:
        result.audit_details |= {"credits": credits_, "uses": max_uses}
        result.replies.append(reply_for("promo-done", code=name, credits=credits_, uses=max_uses))


def _list_promotions(context: Context) -> Message:
    found = promo_codes.list_promotions(context.session, context.account.tenant_id)
    lines = [
        text_for("promo-line", code=code.code, credits=code.credits, uses=uses, left=code.uses_left)
        for code, uses in found
    ]
    return Message(paragraphs=tuple(lines) or (text_for("promo-none"),))


def _parse_number(text: str) -> int | None:
    """Parse a whole number from 1 to a million; None for any other text, which may be hostile."""
    is_plain = text.isascii() and text.isdecimal() and len(text) <= 7
    return int(text) if is_plain and 0 < int(text) <= MAX_NUMBER else None
