"""Handlers of the choices (buttons) under messages. The data of a choice is hostile: any client can send it."""

from collections.abc import Callable

from bots.core import roles
from bots.core.admin import confirmation, whatsapp_numbers
from bots.core.context import Context, HandlerResult, Reply, reply_for, text_for
from bots.core.conversation import account_linking, commands, job_intake, menus, shop, subscription
from bots.locales import LANGUAGES
from models.identity.people import Preferences
from models.jobs.job import Job
from models.messaging.deliveries import Message
from pipeline.jobs import job_messages
from pipeline.jobs.service import Pipeline
from storage.identity import people
from storage.jobs import jobs
from storage.messaging import outbox

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
    job_intake.repeat_job(pipeline, context, result, job)


def send_original(_pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    """Send the film as a file, as the messenger may have recompressed the video."""
    job = _find_job(context, argument)
    film = jobs.map_outputs(context.session, job.id).get("film") if job else None
    if job is None or film is None or film.file_id is None:
        result.replies.append(reply_for("error-file-gone" if job else "error-not-found"))
        return
    outbox_message = job_messages.build_file_message(
        job, film.id, f"file:{context.account.id}:{context.inbound.update_ids[0]}"
    )
    outbox.enqueue(context.session, context.address, context.person.id, outbox_message, context.now)


def set_preference(_pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    """Show or set preferences: an empty argument shows all, `hand` the values of one, `hand=left` sets a value."""
    preference, _, value = argument.partition("=")
    edited_message_id = context.inbound.message_id
    if preference not in menus.PREFERENCES:
        result.replies.append(Reply(menus.build_settings_menu(context.preferences, edited_message_id)))
    elif value not in {option.value for option in menus.list_options(preference)}:
        result.replies.append(Reply(menus.build_preference_menu(preference, context.preferences, edited_message_id)))
    else:
        preferences = Preferences.model_validate({**context.person.tastes, preference: value})
        context.person.tastes = preferences.model_dump(mode="json")
        result.replies.append(Reply(menus.build_settings_menu(preferences, edited_message_id)))


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
    "file": send_original,
    "set": set_preference,
    "language": set_language,
    "spoken": job_intake.answer_language,
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
