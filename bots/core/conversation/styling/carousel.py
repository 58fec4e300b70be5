"""The carousel of caption styles: previews in a message that is edited in place, on a film's own frame or a sample."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from bots.core.context import Context, HandlerResult, Reply, reply_for
from bots.core.conversation import menus
from bots.core.conversation.features.registry import get_feature
from bots.core.conversation.jobs import submission
from bots.core.conversation.styling import carousel_menus
from bots.core.conversation.styling.carousel_menus import SCREEN_CODES, CarouselView
from bots.core.conversation.styling.selection import StyleSelection
from models.jobs.caption_styles import load_caption_styles
from models.jobs.job import Job
from models.jobs.options import CaptionOptions
from models.messaging.deliveries import Message, StylePreview
from pipeline import CAPTION, Pipeline
from storage.identity import people
from storage.jobs import jobs, transcripts
from storage.tenants import branding

_SCREENS: Final = {code: name for name, code in SCREEN_CODES.items()}


@dataclass(frozen=True, slots=True)
class StyleCarousel:
    """One step of the carousel. `job` is the finished one that the style is for, if it is for one."""

    pipeline: Pipeline
    context: Context
    result: HandlerResult
    selection: StyleSelection
    job: Job | None

    def show(self) -> None:
        self._reply(carousel_menus.build_carousel(self._view, has_buttons=not self._is_typed))

    def show_list(self) -> None:
        self._reply(carousel_menus.build_style_list(self._view))

    def show_changes(self, screen: str) -> None:
        self._reply(carousel_menus.build_changes(self._view, screen))

    def send_film(self) -> None:
        """Send the preview as a short film, in a message of its own."""
        preview = StylePreview(options=self._view.options, job_id=self.selection.job_id, is_film=True)
        self._reply(Message(paragraphs=(carousel_menus.label_style(self.selection.style),), preview=preview))

    def keep(self) -> None:
        """Make the style that of all films to come."""
        person = self.context.person
        person.tastes = {**person.tastes, **self.selection.to_tastes()}
        self._reply(carousel_menus.build_chosen(self._view, "style-kept", can_keep=False))

    def repeat_film(self) -> None:
        """Make the film again in the style, from the words that are known."""
        if self.job is None:
            self.result.replies.append(reply_for("error-not-found"))
        elif self._is_made_already(self.job):
            self.result.replies.append(reply_for("style-made-already"))
        elif self._submit(self.job):
            self._reply(carousel_menus.build_chosen(self._view, "style-making", can_keep=True))

    def _submit(self, job: Job) -> bool:
        context = self.context
        status = submission.acknowledge(context, self.result, job.reply_to)
        media, shown = jobs.list_inputs(context.session, job.id), transcripts.find_shown(context.session, job.id)
        details = submission.Submission(
            job.reply_to, status, job.id, shown.transcript if shown else None, earlier_versions=self._earlier_versions
        )
        return submission.submit(self.pipeline, context, self.result, media, self._options, details)

    def _is_made_already(self, job: Job) -> bool:
        """Whether this very film exists, or is being made."""
        made = [job, *jobs.list_repeats(self.context.session, job)]
        return submission.is_made_already(self._options, made)

    @property
    def _is_typed(self) -> bool:
        return not self.context.capabilities.has_buttons

    @property
    def _options(self) -> CaptionOptions:
        """The film's options, or those of the user's films to come, with the selection."""
        parameters: dict[str, Any] = self.job.parameters if self.job else _build_own_options(self.context).model_dump()
        is_same_style = parameters["style"] == self.selection.style
        own = {} if is_same_style else {"custom_style": None}  # that of the film is of the film's style alone
        return CaptionOptions.model_validate({**parameters, **own, **self.selection.to_options()})

    @property
    def _view(self) -> CarouselView:
        context = self.context
        options = branding.apply_brand(context.session, context.person, self._options)
        styles = (*load_caption_styles(), *branding.list_styles(context.session, context.person.tenant_id))
        names = tuple(dict.fromkeys(styles))
        selection = self.selection if self.selection.style in names else replace(self.selection, style=names[0])
        return CarouselView(
            selection, names, options.model_dump(mode="json"), self._find_price(), context.inbound.message_id
        )

    def _find_price(self) -> int | None:
        """What the film costs again; None where nothing is made now, nothing is paid, or others read it."""
        context = self.context
        if self.job is None or context.inbound.is_group:
            return None
        if not self.pipeline.entitlements.plan_of(context.person).metered:
            return None
        seconds = sum(each.seconds or 0 for each in jobs.list_inputs(context.session, self.job.id))
        price = self.pipeline.entitlements.catalogue.price_for(CAPTION.name, self._earlier_versions)
        return price.credits_for(seconds)

    @property
    def _earlier_versions(self) -> int | None:
        """How often the film was made again from words that are known, which decides on the price; None where its words
        are not known."""
        session, job = self.context.session, self.job
        if job is None or transcripts.find_shown(session, job.id) is None:
            return None
        corrections = sum(transcripts.count_corrections(session, each.id) for each in jobs.list_inputs(session, job.id))
        return corrections + len(jobs.list_repeats(session, job))

    def _reply(self, message: Message) -> None:
        self.result.replies.append(Reply(message))


_ACTIONS: Final[dict[str, Callable[[StyleCarousel], None]]] = {
    "show": StyleCarousel.show,
    "list": StyleCarousel.show_list,
    "film": StyleCarousel.send_film,
    "use": StyleCarousel.repeat_film,
    "keep": StyleCarousel.keep,
}


def handle_style_choice(pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    """Handle the buttons of the carousel: nothing, or a job's id, opens it; `<screen>:<selection>` goes on in it."""
    code, _, rest = argument.partition(":")
    if not rest:
        _open(pipeline, context, result, code)
        return
    screen, selection = _SCREENS.get(code), StyleSelection.parse(rest)
    if screen is None or selection is None:
        result.replies.append(reply_for("not-understood"))
        return
    job = _find_job(context, selection.job_id)
    if selection.job_id is not None and job is None:
        result.replies.append(reply_for("error-not-found"))
        return
    carousel = StyleCarousel(pipeline, context, result, selection, job)
    if screen in _ACTIONS:
        _ACTIONS[screen](carousel)
    else:
        carousel.show_changes(screen)


def _open(pipeline: Pipeline, context: Context, result: HandlerResult, code: str) -> None:
    """Open the carousel in a new message, at the style of a film, or at that of the user's films to come."""
    job = _find_job(context, _parse_job_id(code))
    if code and job is None:
        result.replies.append(reply_for("error-not-found"))
        return
    parameters = job.parameters if job else _build_own_options(context).model_dump(mode="json")
    selection = StyleSelection.from_options(parameters, job.id if job else None)
    context = replace(context, inbound=replace(context.inbound, message_id=None))
    carousel = StyleCarousel(pipeline, context, result, selection, job)
    if context.capabilities.has_buttons:
        carousel.show()
    else:
        carousel.show_list()


def build_own_settings(context: Context, edited_message_id: str | None = None) -> Message:
    """Build the menu of the user's settings, with the label of a style that only the tenant has."""
    style = str(context.person.tastes.get("style", ""))
    is_tenants = style in branding.list_styles(context.session, context.person.tenant_id)
    labels = {"style": carousel_menus.label_style(style)} if is_tenants else {}
    return menus.build_settings_menu(context.person.tastes, edited_message_id, labels)


def _build_own_options(context: Context) -> CaptionOptions:
    options = get_feature(CAPTION.name).build_options(context.person.tastes)
    return CaptionOptions.model_validate(options.model_dump())


def _parse_job_id(code: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(hex=code)
    except ValueError:
        return None


def _find_job(context: Context, job_id: uuid.UUID | None) -> Job | None:
    """A caption job of this user."""
    job = context.session.get(Job, job_id) if job_id else None
    if job is None or job.kind != CAPTION.name:
        return None
    return job if people.is_same_person(context.session, job.person_id, context.person) else None
