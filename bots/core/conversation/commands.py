"""Slash commands of users and of administrators: their table, parsing, and menus."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from bots.core.admin import account_unlinking, whatsapp_numbers
from bots.core.admin.registry import ADMIN_COMMANDS
from bots.core.admin.replies import replace_pressed_message
from bots.core.admin.tenants import ownership
from bots.core.command_menus import CommandHelp, CommandMenus
from bots.core.context import Context, HandlerResult, Reply, reply_for, text_for
from bots.core.conversation import (
    account_linking,
    command_aliases,
    menus,
    promo_codes,
    shop,
    subscription,
)
from bots.core.conversation.features.registry import find_requested_feature, list_features
from bots.core.conversation.jobs.intake import process_earlier_files
from bots.core.conversation.payment_methods import format_plan_title
from bots.core.conversation.styling import brand
from bots.core.conversation.styling.carousel import build_own_settings
from bots.core.roles import Command, can_use, execute
from bots.locales import LANGUAGES
from bots.locales import translate as sentence
from models.billing.credits import Lot
from models.billing.plans import FREE_PLAN
from models.identity.roles import Role
from models.messaging.deliveries import Message, TranslatedText
from pipeline import AccountStatus, Pipeline
from storage.billing import lots
from storage.identity import people
from storage.jobs import jobs


def start(pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """Welcome the user; a deep link may carry an argument: an ownership or invitation code, or `plans`."""
    result.replies.append(reply_for("welcome"))
    if ownership_code := ownership.parse_invite_code(arguments):
        ownership.claim(context, result, ownership_code)
    elif arguments == "plans":
        shop.plans(pipeline, context, result, "")
    elif code := promo_codes.extract_invitation_code(arguments):
        promo_codes.redeem(pipeline, context, result, code)


def help_(pipeline: Pipeline, context: Context, result: HandlerResult, _arguments: str) -> None:
    """Show the help text, and in private chats the additional commands of the user's role."""
    offered = (feature for feature in list_features() if pipeline.is_offered(feature.kind))
    features = _describe_commands(feature.command for feature in offered)
    prices = shop.build_price_hints(pipeline)
    result.replies.append(Reply(Message(paragraphs=(text_for("help"), *features, *prices))))
    allowed = [each.name for each in COMMANDS if each.min_role and can_use(context, each)]
    if allowed and not context.inbound.is_group:
        result.replies.append(Reply(Message(paragraphs=tuple(_describe_commands(allowed)))))


def _describe_commands(names: Iterable[str]) -> Iterator[TranslatedText]:
    for name in names:
        yield TranslatedText(key="help-line", values={"name": name}, inner=text_for(f"command-{name}"))


def language(_pipeline: Pipeline, _context: Context, result: HandlerResult, _arguments: str) -> None:
    result.replies.append(Reply(menus.build_language_menu()))


def settings(pipeline: Pipeline, context: Context, result: HandlerResult, _arguments: str) -> None:
    result.replies.append(Reply(build_own_settings(pipeline, context)))


@shop.require_private_chat
def balance(pipeline: Pipeline, context: Context, result: HandlerResult, _arguments: str) -> None:
    account_status = pipeline.account_status_of(context.session, context.person)
    if not account_status.plan.metered:
        result.replies.append(reply_for("balance-unmetered"))
        return
    credit_lots = lots.list_spendable(context.session, context.person.id)
    message = Message(
        paragraphs=(
            *_build_balance(account_status, credit_lots, context.person.plan),
            *shop.build_price_hints(pipeline),
        ),
        choices=shop.build_shop_choices(pipeline, context),
    )
    result.replies.append(Reply(message))


def _build_balance(account_status: AccountStatus, credit_lots: Sequence[Lot], plan: str) -> tuple[TranslatedText, ...]:
    """Build the paragraphs about available credits, their expiry, reservations, debt and lots."""
    renewal_date = f"{account_status.next_credits_at:%Y-%m-%d}"
    paragraphs = [
        text_for(
            "balance",
            available=account_status.credits.available,
            monthly=account_status.plan.credits,
            returns=renewal_date,
        )
    ]
    if plan != FREE_PLAN:
        paragraphs.insert(0, text_for("plans-current", plan=format_plan_title(plan)))
    if account_status.credits.reserved:
        paragraphs.append(text_for("balance-held", reserved=account_status.credits.reserved))
    if account_status.credits.debt:
        paragraphs.append(text_for("balance-debt", credits=account_status.credits.debt))
    if len(credit_lots) > 1:
        paragraphs += [_describe_lot(lot) for lot in credit_lots]
    return tuple(paragraphs)


def _describe_lot(lot: Lot) -> TranslatedText:
    if lot.expires_at is None:
        return text_for("balance-lot-forever", credits=lot.remaining)
    return text_for("balance-lot", credits=lot.remaining, returns=f"{lot.expires_at:%Y-%m-%d}")


def cancel(pipeline: Pipeline, context: Context, result: HandlerResult, _arguments: str) -> None:
    person_ids = people.list_merged_ids(context.session, context.person)
    waiting = [job for person_id in person_ids for job in jobs.list_unfinished(context.session, person_id)]
    count = sum(pipeline.cancel(context.session, job.id, context.person) is not None for job in waiting)
    result.replies.append(reply_for("cancel-done", count=count) if count else reply_for("cancel-nothing"))


COMMANDS = (
    Command("start", start),
    Command("help", help_),
    Command("settings", settings),
    Command("brand", brand.brand),
    Command("logo", brand.logo),
    Command("balance", balance),
    Command("plans", shop.plans),
    Command("billing", subscription.billing),
    Command("redeem", promo_codes.redeem),
    Command("gift", promo_codes.gift),
    Command("invite", promo_codes.invite),
    Command("link", account_linking.link),
    Command("email", account_linking.email),
    Command("language", language),
    Command("cancel", cancel),
    Command("promo", promo_codes.promo, Role.ADMIN, verbs=frozenset({"create", "list", "stop"})),
    Command("unjoin", account_unlinking.unjoin, Role.ADMIN),
    Command("whatsapp", whatsapp_numbers.handle_command, Role.ADMIN, verbs=frozenset(whatsapp_numbers.SUBCOMMANDS)),
    *ADMIN_COMMANDS,
)


def list_commands() -> tuple[Command, ...]:
    """All commands: those of the features first, as they are what users come for."""
    features = (Command(each.command, partial(process_earlier_files, each)) for each in list_features())
    return (*features, *COMMANDS)


def find_command(name: str, context: Context) -> Command | None:
    """Find the command of that name, if this user may use it."""
    found = next((command for command in list_commands() if command.name == name), None)
    return found if found and can_use(context, found) else None


def parse_command(context: Context, text: str) -> tuple[Command | None, str]:
    """Parse a text into a command and its arguments. After a slash, a command's own name takes precedence: some names
    are also aliases of another command."""
    if text.startswith("/"):
        first, _, arguments = text[1:].partition(" ")
        if command := find_command(first.lower(), context):
            return command, arguments.strip()
    if (feature := find_requested_feature(text)) is not None:
        return find_command(feature.command, context), ""
    name, arguments = command_aliases.parse_command(text)
    return find_command(name, context), arguments


def run_button_command(pipeline: Pipeline, context: Context, result: HandlerResult, text: str) -> None:
    """Run the administrator's command carried by a button; the reply replaces the message of the button."""
    name, _, arguments = text.partition(" ")
    command = find_command(name, context)
    if command is None or command.min_role is Role.PERSON:
        result.replies.append(reply_for("not-understood"))
        return
    execute(command, pipeline, context, result, arguments)
    replace_pressed_message(context, result)


def build_menus(*, is_operator: bool = True, has_chat_model: bool = True) -> CommandMenus:
    """Build the command menus in every language; commands of the operator only in the operator's tenant, and none that
    need a chat model where there is none."""
    unavailable = {each.command for each in list_features() if each.kind.needs_chat_model and not has_chat_model}
    offered = [command for command in list_commands() if command.name not in unavailable]
    visible = [command for command in offered if is_operator or not command.is_operator_only]

    def list_help(min_role: Role, max_role: Role) -> dict[str, tuple[CommandHelp, ...]]:
        names = [command.name for command in visible if min_role <= command.min_role <= max_role]
        return {tag: tuple(CommandHelp(name, sentence(tag, f"command-{name}")) for name in names) for tag in LANGUAGES}

    roles = {role: list_help(Role.SUPPORT, role) for role in Role if role}
    return CommandMenus(public=list_help(Role.PERSON, Role.PERSON), by_role=roles)


def parse_job_id(text: str) -> uuid.UUID | None:
    """Parse the job id in a choice; None for any other text, which may be hostile."""
    try:
        return uuid.UUID(hex=text)
    except ValueError:
        return None
