"""Edits of a film in the conversation: a menu of switches under a result, and the film again with those that are on."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from bots.core.context import Context, HandlerResult, Reply, choice_for, reply_for, text_for
from bots.core.conversation import menus
from bots.core.conversation.features.feature import Feature
from bots.core.conversation.features.registry import get_feature
from bots.core.conversation.features.settings import get_switch_value, is_switched_on
from bots.core.conversation.jobs import versions
from models.jobs.job import Job
from models.jobs.options import JobOptions
from models.messaging.deliveries import Message, TranslatedChoice, TranslatedText
from pipeline import Pipeline
from storage.identity import people

NONE = "-"  # in the data of buttons: no switch is on
TITLE_SWITCH = "t"  # the letter of the title, where a feature has one
AUTOMATIC_TITLE = "0"  # beside the letters: the title is chosen, whatever it was


@dataclass(frozen=True, slots=True)
class EditableJob:
    """A job of a user's, its feature, and the letters of the switches that are on in its film."""

    job: Job
    feature: Feature
    present: frozenset[str]

    @property
    def options(self) -> JobOptions:
        """The options it was made with."""
        return self.feature.kind.options.model_validate(self.job.parameters)

    @property
    def title(self) -> str | None:
        """The title that was given for this film, empty where it is chosen; None for a kind without titles."""
        return self.options.model_dump().get("title_text") if TITLE_SWITCH in self.feature.edits else None

    def build_options(self, chosen: frozenset[str], title: str | None = None) -> JobOptions:
        """These options with the switches of the chosen letters on, and all others off; a `title` of None stays."""
        switches = {
            setting.option: get_switch_value(setting, is_on=letter in chosen)
            for letter, setting in self.feature.edits.items()
        }
        given = {"title_text": title} if title is not None and self.title is not None else {}
        return self.options.model_copy(update={**switches, **given})


def show_menu(pipeline: Pipeline, context: Context, result: HandlerResult, job_id: UUID | None, letters: str) -> None:
    """Show the switches of a film: as they are in it, or where there are `letters`, with those that are on now."""
    found = find_editable(context, job_id)
    if found is None:
        result.replies.append(reply_for("error-not-found"))
        return
    chosen = parse_letters(found.feature, letters) if letters else found.present
    edited_message_id = context.inbound.message_id if letters else None
    result.replies.append(Reply(_build_menu(pipeline, context, found, chosen, edited_message_id)))


def make_film(pipeline: Pipeline, context: Context, result: HandlerResult, job_id: UUID | None, letters: str) -> None:
    """Make a film again with the switches of these letters; nothing is heard again.

    One that is there already, or on its way, is not made and paid twice.
    """
    found = find_editable(context, job_id)
    if found is None:
        result.replies.append(reply_for("error-not-found"))
        return
    make_titled_film(pipeline, context, result, found, letters, "" if AUTOMATIC_TITLE in letters else None)


def make_titled_film(
    pipeline: Pipeline, context: Context, result: HandlerResult, found: EditableJob, letters: str, title: str | None
) -> None:
    """Make a film again with these switches, and a title: an empty one is chosen automatically, None leaves it."""
    options = found.build_options(parse_letters(found.feature, letters), title)
    if versions.is_unchanged(pipeline, context, found.job, options):
        result.replies.append(reply_for("edit-unchanged"))
    elif versions.is_version_made(pipeline, context, found.job, options):
        result.replies.append(reply_for("edit-made"))
    else:
        versions.submit_version(pipeline, context, result, found.job, options)


def find_editable(context: Context, job_id: UUID | None) -> EditableJob | None:
    """A job that belongs to this user, of a kind that has switches."""
    job = context.session.get(Job, job_id) if job_id else None
    if job is None or not people.is_same_person(context.session, job.person_id, context.person):
        return None
    feature = get_feature(job.kind)
    return EditableJob(job, feature, _find_present(feature, job)) if feature.edits else None


def _find_present(feature: Feature, job: Job) -> frozenset[str]:
    return frozenset(
        letter
        for letter, setting in feature.edits.items()
        if is_switched_on(setting, {setting.name: job.parameters.get(setting.option)})
    )


def parse_letters(feature: Feature, letters: str) -> frozenset[str]:
    """The switches that are on; unknown letters are none."""
    return frozenset(letters) & frozenset(feature.edits)


def format_letters(letters: Iterable[str]) -> str:
    return "".join(sorted(letters)) or NONE


def _build_menu(
    pipeline: Pipeline, context: Context, found: EditableJob, chosen: frozenset[str], edited_message_id: str | None
) -> Message:
    job_code = found.job.id.hex
    rows = [(_build_switch(job_code, letter, chosen, setting.name),) for letter, setting in found.feature.edits.items()]
    if found.title is not None:
        rows.append((choice_for(f"title:{job_code}:{format_letters(chosen)}", "edit-title-text"),))
    make = choice_for(f"edited:{job_code}:{format_letters(chosen)}", "choice-edited")
    title = (text_for("edit-title-now", title=found.title),) if found.title else ()
    paragraphs = (text_for("edit-menu"), *title, *build_price(pipeline, context, found))
    return Message(paragraphs=paragraphs, choices=(*rows, (make,)), edits=edited_message_id)


def _build_switch(job_code: str, letter: str, chosen: frozenset[str], name: str) -> TranslatedChoice:
    choice = choice_for(f"edit:{job_code}:{format_letters(chosen ^ {letter})}", f"edit-{name}")
    return menus.mark_chosen(choice, is_chosen=letter in chosen)


def build_price(pipeline: Pipeline, context: Context, found: EditableJob) -> tuple[TranslatedText, ...]:
    """What the film costs again, where that may be said."""
    price = versions.find_version_price(pipeline, context, found.job, found.options)
    return (text_for("edit-costs", credits=price),) if price is not None else ()
