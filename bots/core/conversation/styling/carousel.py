"""The carousel of caption styles: previews in a message that is edited in place, on a film's own frame or a sample."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from bots.core.context import Context, HandlerResult, Reply, reply_for
from bots.core.conversation import menus
from bots.core.conversation.features.registry import get_feature
from bots.core.conversation.jobs import versions
from bots.core.conversation.styling import carousel_menus
from bots.core.conversation.styling.carousel_menus import SCREEN_CODES, CarouselView
from bots.core.conversation.styling.selection import StyleSelection
from models.jobs.caption_styles import DEFAULT_STYLE, load_caption_styles
from models.jobs.job import Job
from models.jobs.options import CaptionOptions
from models.messaging.deliveries import Message, StylePreview
from pipeline import CAPTION, Pipeline
from storage.identity import people
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

    def show_instead(self) -> None:
        """Show the first style in place of one that is gone, and say so."""
        shown = replace(self, selection=replace(self.selection, style=self._names[0]))
        gone = carousel_menus.label_style(self.selection.style)
        self._reply(carousel_menus.build_carousel(shown._view, has_buttons=not self._is_typed, gone=gone))

    def show_list(self) -> None:
        self._reply(carousel_menus.build_style_list(self._view))

    def show_changes(self, screen: str) -> None:
        self._reply(carousel_menus.build_changes(self._view, screen))

    def send_film(self) -> None:
        """Send the preview as a short film, in a message of its own."""
        preview = StylePreview(options=self._view.options, job_id=self.selection.job_id, is_film=True)
        self._reply(Message(paragraphs=(carousel_menus.label_style(self.selection.style),), preview=preview))

    def keep(self) -> None:
        """Make the style that of all films to come, unless it is that of one film alone by now."""
        person = self.context.person
        if self.selection.style not in _list_names(self.context):
            self.show_instead()
            return
        person.tastes = {**person.tastes, **self.selection.to_tastes()}
        self._reply(carousel_menus.build_chosen(self._view, "style-kept", can_keep=False))

    def repeat_film(self) -> None:
        """Make the film again in the style, from the words that are known."""
        if self.job is None:
            self.result.replies.append(reply_for("error-not-found"))
        elif versions.is_version_made(self.pipeline, self.context, self.job, self._options):
            self.result.replies.append(reply_for("style-made-already"))
        elif versions.submit_version(self.pipeline, self.context, self.result, self.job, self._options):
            self._reply(carousel_menus.build_chosen(self._view, "style-making", can_keep=True))

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
    def has_style(self) -> bool:
        """Whether the selected style can be had: it may have been removed since the button was made."""
        return self.selection.style in self._names

    @property
    def _names(self) -> tuple[str, ...]:
        """The styles that can be chosen; for a film also the one it has, which it keeps when that is removed."""
        has_own = self.job is not None and self.job.parameters.get("custom_style") is not None
        own = (str(self.job.parameters["style"]),) if self.job and has_own else ()
        return tuple(dict.fromkeys((*_list_names(self.context), *own)))

    @property
    def _view(self) -> CarouselView:
        context = self.context
        options = branding.apply_brand(context.session, context.person, self._options)
        return CarouselView(
            self.selection, self._names, options.model_dump(mode="json"), self._find_price(), context.inbound.message_id
        )

    def _find_price(self) -> int | None:
        """What the film costs again; None where nothing is made now, and where it may not be said."""
        return versions.find_version_price(self.pipeline, self.context, self.job, self._options) if self.job else None

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
    if not carousel.has_style:
        carousel.show_instead()
    elif screen in _ACTIONS:
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
    if not carousel.has_style:  # of a setting
        carousel = replace(carousel, selection=replace(selection, style=DEFAULT_STYLE))
    if context.capabilities.has_buttons:
        carousel.show()
    else:
        carousel.show_list()


def build_own_settings(pipeline: Pipeline, context: Context, edited_message_id: str | None = None) -> Message:
    """Build the menu of the user's settings, with the label of a style that only the tenant has."""
    style = str(context.person.tastes.get("style", ""))
    is_tenants = style in branding.list_styles(context.session, context.person.tenant_id)
    labels = {"style": carousel_menus.label_style(style)} if is_tenants else {}
    return menus.build_settings_menu(
        context.person.tastes, edited_message_id, labels, has_chat_model=pipeline.has_chat_model
    )


def _list_names(context: Context) -> tuple[str, ...]:
    """The styles that all films of the user can have."""
    return (*load_caption_styles(), *branding.list_styles(context.session, context.person.tenant_id))


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
