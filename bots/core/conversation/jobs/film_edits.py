"""Edits of a film in the conversation: a menu of switches under a result, and the film again with those that are on."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from bots.core.context import Context, HandlerResult, Reply, choice_for, reply_for, text_for
from bots.core.conversation import menus
from bots.core.conversation.features.feature import Feature
from bots.core.conversation.features.registry import get_feature
from bots.core.conversation.jobs.submission import Submission, acknowledge, is_made_already, submit
from models.jobs.job import Job
from models.jobs.options import JobOptions
from models.messaging.deliveries import Message, TranslatedChoice, TranslatedText
from pipeline import JobRequirements, Pipeline
from storage.identity import people
from storage.jobs import jobs, transcripts

NONE = "-"  # in the data of buttons: no switch is on


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

    def build_options(self, chosen: frozenset[str]) -> JobOptions:
        """These options with the switches of the chosen letters on, and all others off."""
        switches = {setting.option: letter in chosen for letter, setting in self.feature.edits.items()}
        return self.options.model_copy(update=switches)


def show_menu(pipeline: Pipeline, context: Context, result: HandlerResult, job_id: UUID | None, letters: str) -> None:
    """Show the switches of a film: as they are in it, or where there are `letters`, with those that are on now."""
    found = _find_editable(context, job_id)
    if found is None:
        result.replies.append(reply_for("error-not-found"))
        return
    chosen = _parse_letters(found.feature, letters) if letters else found.present
    edited_message_id = context.inbound.message_id if letters else None
    result.replies.append(Reply(_build_menu(pipeline, context, found, chosen, edited_message_id)))


def make_film(pipeline: Pipeline, context: Context, result: HandlerResult, job_id: UUID | None, letters: str) -> None:
    """Make a film again with the switches of these letters; nothing is heard again.

    One that is there already, or on its way, is not made and paid twice.
    """
    found = _find_editable(context, job_id)
    if found is None:
        result.replies.append(reply_for("error-not-found"))
        return
    chosen = _parse_letters(found.feature, letters)
    if chosen == found.present:
        result.replies.append(reply_for("edit-unchanged"))
    elif is_made_already(found.build_options(chosen), jobs.list_repeats(context.session, found.job)):
        result.replies.append(reply_for("edit-made"))
    else:
        _submit(pipeline, context, result, found, chosen)


def _submit(
    pipeline: Pipeline, context: Context, result: HandlerResult, found: EditableJob, chosen: frozenset[str]
) -> None:
    session, job = context.session, found.job
    status = acknowledge(context, result, job.reply_to)
    given, correction = transcripts.find_given(session, job.id), transcripts.find_correction(session, job.id)
    submission = Submission(job.reply_to, status, job.id, given, correction)
    submit(pipeline, context, result, jobs.list_inputs(session, job.id), found.build_options(chosen), submission)


def _find_editable(context: Context, job_id: UUID | None) -> EditableJob | None:
    """A job that belongs to this user, of a kind that has switches."""
    job = context.session.get(Job, job_id) if job_id else None
    if job is None or not people.is_same_person(context.session, job.person_id, context.person):
        return None
    feature = get_feature(job.kind)
    return EditableJob(job, feature, _find_present(feature, job)) if feature.edits else None


def _find_present(feature: Feature, job: Job) -> frozenset[str]:
    return frozenset(letter for letter, setting in feature.edits.items() if job.parameters.get(setting.option))


def _parse_letters(feature: Feature, letters: str) -> frozenset[str]:
    """The switches that are on; unknown letters are none."""
    return frozenset(letters) & frozenset(feature.edits)


def _format_letters(letters: Iterable[str]) -> str:
    return "".join(sorted(letters)) or NONE


def _build_menu(
    pipeline: Pipeline, context: Context, found: EditableJob, chosen: frozenset[str], edited_message_id: str | None
) -> Message:
    job_code = found.job.id.hex
    rows = [(_build_switch(job_code, letter, chosen, setting.name),) for letter, setting in found.feature.edits.items()]
    make = choice_for(f"edited:{job_code}:{_format_letters(chosen)}", "choice-edited")
    paragraphs = (text_for("edit-menu"), *_build_price(pipeline, context, found))
    return Message(paragraphs=paragraphs, choices=(*rows, (make,)), edits=edited_message_id)


def _build_switch(job_code: str, letter: str, chosen: frozenset[str], name: str) -> TranslatedChoice:
    choice = choice_for(f"edit:{job_code}:{_format_letters(chosen ^ {letter})}", f"edit-{name}")
    return menus.mark_chosen(choice, is_chosen=letter in chosen)


def _build_price(pipeline: Pipeline, context: Context, found: EditableJob) -> tuple[TranslatedText, ...]:
    """What the film costs again; groups are not told of money."""
    if context.inbound.is_group:
        return ()
    seconds = sum(media.seconds or 0 for media in jobs.list_inputs(context.session, found.job.id))
    correction = transcripts.find_correction(context.session, found.job.id)
    requirements = JobRequirements(
        found.feature.kind,
        found.options.compute_seconds(seconds),
        earlier_corrections=correction.earlier if correction else None,
    )
    plan = pipeline.entitlements.plan_of(context.person)
    return (text_for("edit-costs", credits=pipeline.entitlements.price_of(plan, requirements)),)
