"""`/broadcast`: a message to all users, previewed and counted first, sent slowly, with pause, stop and report."""

from collections.abc import Callable
from typing import Any

from bots.core.admin import confirmation
from bots.core.admin.replies import add_error_reply, add_reply, build_command_button
from bots.core.context import Context, HandlerResult, text_for
from bots.core.roles import Command, split_verb
from bots.locales import LANGUAGE_NAMES, LANGUAGES
from models.identity.roles import Role
from models.messaging.broadcasts import Broadcast, BroadcastStatus
from models.messaging.deliveries import TranslatedChoice, TranslatedText
from pipeline import Pipeline
from storage.identity.people import ID_PREFIX_PATTERN
from storage.messaging import audiences, broadcasts
from storage.messaging.audiences import Audience

MAX_TEXT_LENGTH = 3500  # characters
MESSAGES_PER_MINUTE = 25 * 60  # messages
DRAFT, SENDING, PAUSED = BroadcastStatus.DRAFT, BroadcastStatus.SENDING, BroadcastStatus.PAUSED
BroadcastAction = Callable[[Context, HandlerResult, Broadcast], None]


def broadcast(_pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """`TEXT` creates a draft; `pause`, `resume`, `stop`, `report`, `send` and `for` take the code of a broadcast."""
    verb, rest = split_verb(arguments)
    code, *more = rest.split() or [""]
    if not arguments:
        _list_broadcasts(context, result)
    elif not (verb in {*ACTIONS, "for"} and ID_PREFIX_PATTERN.fullmatch(code)):
        _create_draft(context, result, arguments)
    elif (found := broadcasts.find_by_id_prefix(context.session, context.account.tenant_id, code)) is None:
        add_error_reply(result, "admin-broadcast-unknown", code=code)
    elif verb == "for":
        _toggle_languages(context, result, found, more)
    else:
        result.audit_details["broadcast"] = found.id
        ACTIONS[verb](context, result, found)


def _list_broadcasts(context: Context, result: HandlerResult) -> None:
    found = broadcasts.list_latest(context.session, context.account.tenant_id)
    rows = tuple(
        (
            build_command_button(
                f"broadcast report {each.short_id}", "admin-broadcast-line", **_describe_broadcast(each)
            ),
        )
        for each in found
    )
    heading = (text_for("admin-broadcast-list"),) if found else ()
    add_reply(result, text_for("admin-broadcast-usage"), *heading, choices=rows)


def _describe_broadcast(each: Broadcast) -> dict[str, Any]:
    when = f"{each.started_at or each.created_at:%Y-%m-%d %H:%M}"
    return {"code": each.short_id, "when": when, "inner": text_for(f"admin-broadcast-state-{each.status}")}


def _create_draft(context: Context, result: HandlerResult, text: str) -> None:
    """Show it as users will see it, then how many it would reach."""
    if len(text) > MAX_TEXT_LENGTH:
        add_error_reply(result, "admin-broadcast-long", limit=MAX_TEXT_LENGTH)
        return
    audience = audiences.find_audience(context.session, context.account.tenant_id, context.now)
    if not audience.languages:
        add_error_reply(
            result, "admin-broadcast-only-whatsapp" if audience.unsolicited_forbidden else "admin-broadcast-nobody"
        )
        return
    row = Broadcast(
        tenant_id=context.account.tenant_id,
        person_id=context.person.id,
        address_id=context.address.id,
        text=text,
        created_at=context.now,
    )
    broadcasts.save_draft(context.session, row)
    result.is_carried_out = False
    add_reply(result, text_for("name", name=text))
    _show_preview(result, row, audience)


def _show_preview(result: HandlerResult, row: Broadcast, audience: Audience) -> None:
    paragraphs = [text_for("admin-broadcast-preview", people=audience.count_people(row.languages))]
    for language, count in sorted(audience.languages.items()):
        paragraphs.append(
            text_for("admin-broadcast-language", name=LANGUAGE_NAMES.get(language, language), people=count)
        )
    if audience.unsolicited_forbidden:
        paragraphs.append(text_for("admin-broadcast-whatsapp", people=audience.unsolicited_forbidden))
    if audience.unreachable:
        paragraphs.append(text_for("admin-broadcast-unreachable", people=audience.unreachable))
    send = build_command_button(f"broadcast send {row.short_id}", "admin-choice-send")
    add_reply(result, *paragraphs, choices=(_build_language_buttons(row), (send,)))


def _build_language_buttons(row: Broadcast) -> tuple[TranslatedChoice, ...]:
    """Buttons for all users, or the users of one language."""
    all_languages = _build_choice_button(
        text_for("admin-choice-everybody"), not row.languages, f"broadcast for {row.short_id}"
    )
    return (
        all_languages,
        *(
            _build_choice_button(
                text_for("name", name=LANGUAGE_NAMES[tag]),
                tag in row.languages,
                f"broadcast for {row.short_id} {tag}",
            )
            for tag in LANGUAGES
        ),
    )


def _build_choice_button(label: TranslatedText, is_chosen: bool, command: str) -> TranslatedChoice:
    wording = TranslatedText(key="admin-choice-chosen", inner=label) if is_chosen else label
    return TranslatedChoice(data=f"say:{command}", label=wording)


def _toggle_languages(context: Context, result: HandlerResult, row: Broadcast, tags: list[str]) -> None:
    """Toggle the given languages; no tag, or no language left, means all users."""
    result.is_carried_out = False
    if row.status != DRAFT:
        add_error_reply(result, "admin-broadcast-late", code=row.short_id)
        return
    chosen = set(row.languages) ^ {tag for tag in tags if tag in LANGUAGES} if tags else set()
    row.languages = sorted(chosen)
    context.session.flush()
    _show_preview(result, row, audiences.find_audience(context.session, row.tenant_id, context.now))


def send(context: Context, result: HandlerResult, row: Broadcast) -> None:
    recipients = audiences.find_audience(context.session, row.tenant_id, context.now).count_people(row.languages)
    if row.status != DRAFT or not recipients:
        add_error_reply(result, "admin-broadcast-late" if recipients else "admin-broadcast-nobody", code=row.short_id)
        return
    question = text_for(
        "admin-broadcast-sure", people=recipients, minutes=max(1, round(recipients / MESSAGES_PER_MINUTE))
    )
    values = {"broadcast": row.id.hex, "people": recipients, "languages": row.languages}
    confirmation.ask_confirmation(context, result, question, action=("broadcast", values))


@confirmation.register_action("broadcast", Role.ADMIN)
def start_broadcast(_pipeline: Pipeline, context: Context, result: HandlerResult, values: dict[str, Any]) -> None:
    row = broadcasts.find_by_id_prefix(context.session, context.account.tenant_id, values["broadcast"])
    if row is not None and row.languages != values.get("languages", row.languages):
        add_error_reply(result, "admin-do-gone")  # it was asked about other people
        return
    if row is None or not broadcasts.change_status(context.session, row, (DRAFT,), SENDING):
        add_error_reply(result, "admin-broadcast-unknown", code=values["broadcast"][:8])
        return
    row.started_at = context.now
    context.session.flush()
    result.audit_details |= {"broadcast": row.id, "people": values["people"]}
    add_reply(result, text_for("admin-broadcast-begun", code=row.short_id), choices=_build_buttons(row))


def _build_buttons(row: Broadcast) -> tuple[tuple[TranslatedChoice, ...], ...]:
    report_button = (build_command_button(f"broadcast report {row.short_id}", "admin-choice-report"),)
    stop_button = build_command_button(f"broadcast stop {row.short_id}", "admin-choice-halt")
    buttons_by_status = {
        SENDING: (build_command_button(f"broadcast pause {row.short_id}", "admin-choice-pause"), stop_button),
        PAUSED: (build_command_button(f"broadcast resume {row.short_id}", "admin-choice-resume"), stop_button),
    }
    found = buttons_by_status.get(BroadcastStatus(row.status))
    return (found, report_button) if found else ()


def report(context: Context, result: HandlerResult, row: Broadcast) -> None:
    """Show how much of it is sent."""
    found = broadcasts.count_deliveries(context.session, row)
    values = _describe_broadcast(row)
    summary = TranslatedText(key="admin-broadcast-line", inner=values.pop("inner"), values=values)
    counts = {
        "sent": found.sent,
        "blocked": found.blocked,
        "failed": found.failed,
        "left": _count_remaining(context, row),
    }
    add_reply(
        result,
        summary,
        text_for("name", name=row.text),
        text_for("admin-broadcast-counts", **counts),
        choices=_build_buttons(row),
    )


def _count_remaining(context: Context, row: Broadcast) -> int:
    """Approximate number of users still to be reached: the audience changes meanwhile."""
    if row.status not in {SENDING, PAUSED}:
        return 0
    found = broadcasts.count_deliveries(context.session, row)
    if row.is_read:
        return found.pending
    recipients = audiences.find_audience(context.session, row.tenant_id, context.now).count_people(row.languages)
    return max(found.pending, recipients - found.sent - found.failed)


def _build_transition(allowed_statuses: tuple[BroadcastStatus, ...], target_status: BroadcastStatus) -> BroadcastAction:
    def apply_transition(context: Context, result: HandlerResult, row: Broadcast) -> None:
        if not broadcasts.change_status(context.session, row, allowed_statuses, target_status):
            add_error_reply(result, "admin-broadcast-late", code=row.short_id)
            return
        report(context, result, row)

    return apply_transition


ACTIONS: dict[str, BroadcastAction] = {
    "send": send,
    "report": report,
    "pause": _build_transition((SENDING,), PAUSED),
    "resume": _build_transition((PAUSED,), SENDING),
    "stop": _build_transition((SENDING, PAUSED), BroadcastStatus.STOPPED),
}
COMMANDS = (Command("broadcast", broadcast, Role.ADMIN, verbs=frozenset(ACTIONS) - {"send", "report"}),)
