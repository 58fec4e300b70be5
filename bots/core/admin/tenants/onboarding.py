"""Onboarding of a tenant's channels: its owner connects a Telegram bot, or pairs a WhatsApp number."""

import re

from bots.core.admin import whatsapp_numbers
from bots.core.admin.replies import add_error_reply, add_reply
from bots.core.admin.tenants.ownership import find_tenant
from bots.core.context import Context, HandlerResult, text_for
from models.identity.people import Tenant
from storage.messaging import telegram_bots
from storage.messaging.telegram_bots import BotTaken, TooManyBots

TOKEN_PATTERN = re.compile(r"[0-9]{5,12}:[A-Za-z0-9_-]{20,64}")


def connect_bot(context: Context, result: HandlerResult, rest: str) -> None:
    """`[NAME] TOKEN`: store a bot's token encrypted. The message that held it is deleted in any case."""
    *name, bot_token = rest.split() or [""]
    result.deletes_inbound = TOKEN_PATTERN.search(rest) is not None
    if not TOKEN_PATTERN.fullmatch(bot_token) or len(name) > 1:
        add_error_reply(result, "admin-tenant-token-usage")
        return
    found = find_tenant(context, result, name[0] if name else "")
    if found is not None:
        _save_token(context, result, found, bot_token)


def _save_token(context: Context, result: HandlerResult, found: Tenant, bot_token: str) -> None:
    assert context.account_secrets is not None  # noqa: S101 - every process that answers has one
    recipient = context.person, context.address
    try:
        telegram_bots.add_bot(context.session, context.account_secrets.secret, found, bot_token, recipient, context.now)
    except BotTaken:
        add_error_reply(result, "admin-tenant-token-taken")
    except TooManyBots:
        add_error_reply(result, "admin-tenant-token-many", limit=telegram_bots.MAX_BOTS_PER_TENANT)
    else:
        deletion_key = "admin-tenant-token-erased" if context.capabilities.can_delete else "admin-tenant-token-erase"
        add_reply(result, text_for("admin-tenant-token-kept", name=found.name), text_for(deletion_key))


def pair(context: Context, result: HandlerResult, rest: str) -> None:
    """`[NAME] [PHONE]`: show the code that pairs a number."""
    first, _, phone = rest.partition(" ")
    is_name = bool(first) and any(sign.isalpha() for sign in first)
    found = find_tenant(context, result, first if is_name else "")
    if found is not None:
        whatsapp_numbers.pair_for_tenant(context, result, found.id, phone if is_name else rest)
