"""`/brand` and `/logo`: the font, the colours and the logo that all films of a user have, or all of a tenant."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bots.core import roles
from bots.core.context import Context, HandlerResult, Reply, build_error_reply, reply_for
from bots.core.conversation.features.registry import get_feature
from bots.core.conversation.jobs import quoted_files
from bots.core.conversation.styling import brand_menus
from bots.core.conversation.styling.brand_menus import FIELDS, NONE, BrandView
from models.captions.palette import parse_colour
from models.errors import AppError, ErrorCode, RequestRejected
from models.identity.roles import Role
from models.media.facts import MediaKind
from models.media.files import Media
from pipeline import CAPTION, Pipeline
from storage.media import files
from storage.media.files import MeasuredFile
from storage.tenants import branding

MAX_LOGO_BYTES: Final = 2_000_000
MAX_LOGO_SIDE: Final = 4096  # pixels
SCOPES: Final = ("me", "all")
ALL_WORDS: Final = frozenset({"all", "todos", "todas", "everybody", "everyone"})
_COLUMNS: Final = {
    "font": "font",
    "colour": "colour",
    "second": "second_colour",
    "corner": "logo_corner",
    "size": "logo_size",
}


@dataclass(frozen=True, slots=True)
class BrandEditor:
    """Changes and shows the kit of the user ("me") or of the tenant ("all")."""

    pipeline: Pipeline
    context: Context
    result: HandlerResult
    scope: str

    @property
    def owner_id(self) -> uuid.UUID:
        person = self.context.person
        return person.tenant_id if self.scope == "all" else person.id

    def show(self) -> None:
        self.result.replies.append(Reply(brand_menus.build_brand(self._view)))

    def show_changes(self, field: str) -> None:
        self.result.replies.append(Reply(brand_menus.build_brand_changes(self._view, field)))

    def save(self, **values: str | None) -> None:
        branding.save_kit(self.context.session, self.owner_id, self.context.person.tenant_id, **values)
        self._record()

    def set_logo(self, media: Media | None) -> None:
        """Raises FileNotFoundError for a file that is deleted already."""
        branding.set_logo(self.context.session, self.owner_id, self.context.person.tenant_id, media)
        self._record()

    def _record(self) -> None:
        if self.scope == "all":
            roles.record_audit(self.context, self.result, "brand")

    @property
    def _view(self) -> BrandView:
        context = self.context
        kit = branding.load_kit(context.session, self.owner_id)
        taken = get_feature(CAPTION.name).build_options(context.person.tastes)
        shown = branding.apply_brand(context.session, context.person, taken)
        can_change_all = can_change_scope(context, "all")
        options = shown.model_dump(mode="json")
        return BrandView(self.scope, kit, options, can_change_all, context.inbound.message_id)


def brand(pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """Show the kit, or set its colours: `#112233`, or two; after `all` that of the tenant."""
    scope, words = _parse_scope(arguments)
    colours = [parse_colour(word) for word in words[:2]]
    if not can_change_scope(context, scope) or None in colours:
        result.replies.append(reply_for("brand-usage"))
        return
    editor = BrandEditor(pipeline, _open_new_message(context), result, scope)
    if colours:
        editor.save(**dict(zip(("colour", "second_colour"), colours, strict=False)))
    editor.show()


def logo(pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """Make the picture that is replied to, or that was sent last, the logo."""
    scope, _ = _parse_scope(arguments)
    quoted = quoted_files.find_quoted_inputs(context)
    if quoted is None:
        last = files.find_last_sent(context.session, context.person.id, {MediaKind.IMAGE}, context.now)
        quoted = [last] if last else []
    pictures = [media for media in quoted if media.kind == MediaKind.IMAGE]
    _set_logo(pipeline, context, result, scope, pictures)


def take_logo(pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """Make the picture of this message the logo."""
    scope, _ = _parse_scope(arguments)
    errors = [file for file in context.files if isinstance(file, AppError)]
    if errors:
        result.replies.append(build_error_reply(errors[0], edits_delivery=context.ack))
        return
    pictures = [file for file in context.files if isinstance(file, MeasuredFile) and file.info.kind is MediaKind.IMAGE]
    try:
        stored = [pipeline.create_media(context.session, context.person, each, context.now) for each in pictures[:1]]
    except RequestRejected as error:
        result.replies.append(build_error_reply(error, edits_delivery=context.ack))
        return
    _set_logo(pipeline, context, result, scope, stored)


def _set_logo(
    pipeline: Pipeline, context: Context, result: HandlerResult, scope: str, pictures: Sequence[Media]
) -> None:
    if not can_change_scope(context, scope):
        _reply(context, result, "brand-usage")
    elif not pictures:
        _reply(context, result, "brand-needs-logo")
    elif not _is_small(pictures[0]):
        _reply(context, result, "brand-logo-too-big")
    else:
        editor = BrandEditor(pipeline, _open_new_message(context), result, scope)
        try:
            editor.set_logo(pictures[0])
        except FileNotFoundError:
            error = RequestRejected(ErrorCode.FILE_GONE)
            result.replies.append(build_error_reply(error, edits_delivery=context.ack))
            return
        _reply(context, result, "brand-logo-set")
        editor.show()


def _is_small(picture: Media) -> bool:
    return picture.size <= MAX_LOGO_BYTES and max(picture.width or 0, picture.height or 0) <= MAX_LOGO_SIDE


def _reply(context: Context, result: HandlerResult, key: str) -> None:
    message = reply_for(key).message.model_copy(update={"edits_delivery": context.ack})
    result.replies.append(Reply(message, has_reply_to=True))


def handle_brand_choice(pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    """Handle the buttons of a kit: `<scope>` shows it, `<scope>:<field>` a menu, `<scope>:<field>=<value>` sets it."""
    scope, _, change = argument.partition(":")
    field, _, value = change.partition("=")
    if scope not in SCOPES or not can_change_scope(context, scope):
        result.replies.append(reply_for("not-understood"))
        return
    editor = BrandEditor(pipeline, context, result, scope)
    if field in FIELDS and not value:
        editor.show_changes(field)
        return
    if field == "logo" and value == NONE:
        editor.set_logo(None)
    elif field in FIELDS and value in brand_menus.list_brand_values(field):
        editor.save(**{_COLUMNS[field]: None if value == NONE else value})
    editor.show()


def can_change_scope(context: Context, scope: str) -> bool:
    """Whether this user may change a kit here: that of the tenant is its administrators', in private."""
    return scope == "me" or (context.role >= Role.ADMIN and not context.inbound.is_group)


def _parse_scope(arguments: str) -> tuple[str, list[str]]:
    words = arguments.split()
    if words and words[0].lower() in ALL_WORDS:
        return "all", words[1:]
    return "me", words


def _open_new_message(context: Context) -> Context:
    return replace(context, inbound=replace(context.inbound, message_id=None))
