"""Handlers of the choices (buttons) under messages. The data of a choice is hostile: any client can send it."""

from collections.abc import Callable, Sequence

from bots.core import roles
from bots.core.admin import confirmation, whatsapp_numbers
from bots.core.context import Context, HandlerResult, Reply, reply_for, text_for
from bots.core.conversation import account_linking, commands, menus, shop, subscription
from bots.core.conversation.features.registry import find_setting, list_group
from bots.core.conversation.features.settings import SPOKEN_LANGUAGE
from bots.core.conversation.jobs import (
    corrections,
    drawing_orders,
    film_edits,
    film_titles,
    follow_ups,
    submission,
    versions,
)
from bots.core.conversation.styling import brand, carousel
from bots.core.conversation.styling.carousel import build_own_settings
from bots.locales import LANGUAGES
from models.jobs.job import Job
from models.messaging.deliveries import Message
from pipeline import SUBTITLE_FORMATS, Pipeline, build_file_message, find_kind, get_kind
from storage.identity import people
from storage.jobs import jobs

ChoiceHandler = Callable[[Pipeline, Context, HandlerResult, str], None]


def handle_choice(pipeline: Pipeline, context: Context, result: HandlerResult, data: str) -> None:
    """Dispatch a choice to its handler; unknown data gets a reply, and is not ignored."""
    name, _, argument = data.partition(":")
    handler = HANDLERS.get(name)
    if handler is None:
        result.replies.append(reply_for("not-understood"))
    else:
        handler(pipeline, context, result, argument)


def cancel_job(pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    """Cancel a job. The progress message shows the cancellation; a reply is needed only where it comes too late, or
    where the choice was typed."""
    job_id = commands.parse_job_id(argument)
    if job_id is None or pipeline.cancel(context.session, job_id, context.person) is None:
        result.replies.append(reply_for("cancel-too-late"))
    elif not context.capabilities.has_buttons:
        result.replies.append(reply_for("cancel-done", count=1))


def repeat_job(pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    job = _find_job(context, argument)
    if job is None:
        result.replies.append(reply_for("error-not-found"))
        return
    if versions.is_failed_version(context.session, job):
        versions.submit_version(
            pipeline, context, result, job, get_kind(job.kind).options.model_validate(job.parameters)
        )
    else:
        submission.repeat_job(pipeline, context, result, job)


def repeat_in_language(pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    """Repeat a job whose language was unclear, as speech in a known one: `<language>:<job>`."""
    language, _, code = argument.partition(":")
    job = _find_job(context, code)
    if job is None or SPOKEN_LANGUAGE.find_offered(language) is None:
        result.replies.append(reply_for("error-not-found"))
        return
    submission.repeat_job(pipeline, context, result, job, language)


def send_file(_pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    """Send a file of a job as a document: `<job>:<output>`, or `<job>` for the result itself, as the messenger may have
    recompressed it."""
    code, _, output = argument.partition(":")
    job = _find_job(context, code)
    kind = find_kind(job.kind) if job else None
    _send_outputs(context, result, job, (output or (kind.result.name if kind else ""),))


def send_subtitles(_pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    """Send the subtitles of a film as documents, in every format."""
    _send_outputs(context, result, _find_job(context, argument), SUBTITLE_FORMATS)


def _send_outputs(context: Context, result: HandlerResult, job: Job | None, names: Sequence[str]) -> None:
    """Send files of a job as documents, all or none of them."""
    outputs = jobs.map_outputs(context.session, job.id) if job else {}
    files = [outputs.get(name) for name in names]
    if job is None or any(media is None or media.file_id is None for media in files):
        result.replies.append(reply_for("error-file-gone" if job else "error-not-found"))
        return
    cause = f"file:{context.account.id}:{context.inbound.update_ids[0]}"
    for name, media in zip(names, filter(None, files), strict=True):
        message = build_file_message(job, media, name, cause)
        context.enqueue(message)


def correct_words(pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    corrections.offer_correction(pipeline, context, result, commands.parse_job_id(argument))


def show_edits(pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    """Show what can be edited in a film: `<job>`, or `<job>:<letters>` with the switches that are on."""
    code, _, letters = argument.partition(":")
    film_edits.show_menu(pipeline, context, result, commands.parse_job_id(code), letters)


def make_edited_film(pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    code, _, letters = argument.partition(":")
    film_edits.make_film(pipeline, context, result, commands.parse_job_id(code), letters)


def show_order(pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    """Show the numbered objects of a drawing: `<job>`, or `<job>:<letters>` with those that are chosen."""
    code, _, letters = argument.partition(":")
    drawing_orders.offer_order(pipeline, context, result, _find_job(context, code), letters)


def draw_ordered(pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    code, _, letters = argument.partition(":")
    drawing_orders.draw_ordered(pipeline, context, result, _find_job(context, code), letters)


def ask_title(pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    code, _, letters = argument.partition(":")
    film_titles.ask_title(pipeline, context, result, commands.parse_job_id(code), letters)


def make_follow_up(pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    """Make something of another kind of what a job was made from: `<job>:<kind>`."""
    code, _, name = argument.partition(":")
    job = _find_job(context, code)
    kind = find_kind(job.kind) if job else None
    if job is None or kind is None or name not in {each.kind for each in kind.follow_ups}:
        result.replies.append(reply_for("error-not-found"))
        return
    follow_ups.submit_follow_up(pipeline, context, result, job, name)


def set_preference(pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    """Show or set preferences: an empty argument shows all, `hand` the values of one, `polish` those of a group;
    `hand=left` sets a value, and shows the menu that it is listed in."""
    name, _, value = argument.partition("=")
    setting, shown = find_setting(name), name
    if setting is not None and setting.needs_chat_model and not pipeline.has_chat_model:
        setting = None
    if setting is not None and setting.find_offered(value) is not None:
        context.person.tastes = {**context.person.tastes, name: setting.parse(value)}
        shown = setting.group
    elif setting is not None:
        message = menus.build_setting_menu(setting, context.person.tastes, context.inbound.message_id)
        result.replies.append(Reply(message))
        return
    result.replies.append(Reply(_build_menu(pipeline, context, shown)))


def _build_menu(pipeline: Pipeline, context: Context, group: str) -> Message:
    """Build the menu of a group of settings, or that of all settings where there is no such group."""
    edited_message_id = context.inbound.message_id
    if not list_group(group):
        return build_own_settings(pipeline, context, edited_message_id)
    tastes, has_chat_model = context.person.tastes, pipeline.has_chat_model
    return menus.build_group_menu(group, tastes, edited_message_id, has_chat_model=has_chat_model)


def set_language(_pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    if argument not in LANGUAGES:
        result.replies.append(Reply(menus.build_language_menu()))
        return
    context.person.language = argument
    context.person.language_chosen = True
    result.replies.append(Reply(Message(paragraphs=(text_for("language-set"),), edits=context.inbound.message_id)))


def handle_whatsapp_choice(pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    """Handle the choices under messages about WhatsApp numbers; audited like the `/whatsapp` command."""
    verb = argument.partition(":")[0]
    whatsapp_numbers.handle_choice(pipeline, context, result, argument)
    if context.is_admin and verb in whatsapp_numbers.CHOICE_HANDLERS:
        roles.record_audit(context, result, "whatsapp", verb)


def _find_job(context: Context, argument: str) -> Job | None:
    """Find a job that belongs to this user."""
    job_id = commands.parse_job_id(argument)
    job = context.session.get(Job, job_id) if job_id else None
    return job if job and people.is_same_person(context.session, job.person_id, context.person) else None


HANDLERS: dict[str, ChoiceHandler] = {
    "cancel": cancel_job,
    "again": repeat_job,
    "file": send_file,
    "subtitles": send_subtitles,
    "make": make_follow_up,
    "set": set_preference,
    "language": set_language,
    "heard": repeat_in_language,
    "style": carousel.handle_style_choice,
    "brand": brand.handle_brand_choice,
    "correct": correct_words,
    "edit": show_edits,
    "edited": make_edited_film,
    "title": ask_title,
    "order": show_order,
    "ordered": draw_ordered,
    "plans": shop.plans,
    "buy": shop.buy,
    "star": shop.buy_with_stars,
    "billing": subscription.billing,
    "extra": subscription.handle_extra_credits,
    "customer": account_linking.choose_customer,
    "number": handle_whatsapp_choice,
    "say": commands.run_button_command,
    "do": confirmation.execute_confirmed,
}
