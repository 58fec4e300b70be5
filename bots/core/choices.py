"""Handlers of the choices (buttons) under messages. The data of a choice is hostile: any client can send it."""

from collections.abc import Callable

from bots.core import commands, films, linking, menus, numbers, roles, shop, subscription
from bots.core.admin import confirm
from bots.core.visit import Outcome, Reply, Visit, say, word
from bots.locales import LANGUAGES
from models.deliveries import Message
from models.jobs import Job
from models.people import Tastes
from pipeline import announce
from pipeline.service import Pipeline
from storage import jobs, outbox, people

Handler = Callable[[Pipeline, Visit, Outcome, str], None]


def choose(pipeline: Pipeline, visit: Visit, outcome: Outcome, data: str) -> None:
    """Dispatch a choice to its handler; unknown data gets a reply, and is not ignored."""
    name, _, argument = data.partition(":")
    handler = HANDLERS.get(name)
    if handler is None:
        outcome.replies.append(say("not-understood"))
    else:
        handler(pipeline, visit, outcome, argument)


def cancel(pipeline: Pipeline, visit: Visit, outcome: Outcome, argument: str) -> None:
    """Cancel a job. The progress message shows the cancellation; a reply is needed only where it comes too late, or
    where the choice was typed."""
    job_id = commands.job_id(argument)
    if job_id is None or pipeline.cancel(visit.session, job_id, visit.person) is None:
        outcome.replies.append(say("cancel-too-late"))
    elif not visit.can.buttons:
        outcome.replies.append(say("cancel-done", count=1))


def again(pipeline: Pipeline, visit: Visit, outcome: Outcome, argument: str) -> None:
    job = _job(visit, argument)
    if job is None:
        outcome.replies.append(say("error-not-found"))
        return
    films.again(pipeline, visit, outcome, job)


def original(_pipeline: Pipeline, visit: Visit, outcome: Outcome, argument: str) -> None:
    """Send the film as a file, as the messenger may have recompressed the video."""
    job = _job(visit, argument)
    film = jobs.outputs(visit.session, job.id).get("film") if job else None
    if job is None or film is None or film.file_id is None:
        outcome.replies.append(say("error-file-gone" if job else "error-not-found"))
        return
    owed = announce.original(job, film.id, f"file:{visit.account.id}:{visit.inbound.updates[0]}")
    outbox.owe(visit.session, visit.address, visit.person.id, owed, visit.now)


def set_taste(_pipeline: Pipeline, visit: Visit, outcome: Outcome, argument: str) -> None:
    """Show or set preferences: an empty argument shows all, `hand` the values of one, `hand=left` sets a value."""
    taste, _, value = argument.partition("=")
    edits = visit.inbound.message
    if taste not in menus.TASTES:
        outcome.replies.append(Reply(menus.settings_menu(visit.tastes, edits)))
    elif value not in {option.value for option in menus.options(taste)}:
        outcome.replies.append(Reply(menus.taste_menu(taste, visit.tastes, edits)))
    else:
        tastes = Tastes.model_validate({**visit.person.tastes, taste: value})
        visit.person.tastes = tastes.model_dump(mode="json")
        outcome.replies.append(Reply(menus.settings_menu(tastes, edits)))


def set_language(_pipeline: Pipeline, visit: Visit, outcome: Outcome, argument: str) -> None:
    if argument not in LANGUAGES:
        outcome.replies.append(Reply(menus.language_menu()))
        return
    visit.person.language = argument
    visit.person.language_chosen = True
    outcome.replies.append(Reply(Message(paragraphs=(word("language-set"),), edits=visit.inbound.message)))


def number(pipeline: Pipeline, visit: Visit, outcome: Outcome, argument: str) -> None:
    """Handle the choices under messages about WhatsApp numbers; audited like the `/whatsapp` command."""
    verb = argument.partition(":")[0]
    numbers.choose(pipeline, visit, outcome, argument)
    if visit.is_admin and verb in numbers.CHOSEN:
        roles.note(visit, outcome, "whatsapp", verb)


def _job(visit: Visit, argument: str) -> Job | None:
    """Find a job that belongs to this user."""
    job_id = commands.job_id(argument)
    job = visit.session.get(Job, job_id) if job_id else None
    return job if job and people.is_same(visit.session, job.person_id, visit.person) else None


HANDLERS: dict[str, Handler] = {
    "cancel": cancel,
    "again": again,
    "file": original,
    "set": set_taste,
    "language": set_language,
    "spoken": films.speak,
    "plans": shop.plans,
    "buy": shop.buy,
    "star": shop.star,
    "billing": subscription.billing,
    "extra": subscription.extra,
    "customer": linking.choose,
    "number": number,
    "say": commands.press,
    "do": confirm.choose,
}
