"""API methods that edit and delete messages."""

from typing import TYPE_CHECKING, Any

from fakes.telegram_api.bodies import attached, now, worded
from fakes.telegram_api.chats import Chat
from fakes.telegram_api.errors import (
    EDIT_NOT_FOUND,
    NO_CAPTION,
    NO_TEXT,
    NOT_EDITABLE,
    NOT_MODIFIED,
    WRONG_IDENTIFIER,
    bad_request,
)
from fakes.telegram_api.files import Media
from fakes.telegram_api.keyboards import check_keyboard
from fakes.telegram_api.parameters import File
from fakes.telegram_api.sending import (
    MAX_CAPTION,
    MAX_TEXT,
    checked_photo,
    checked_text,
    reachable,
    refuse_markup,
)
from fakes.telegram_api.transcript import BotMessage, buttons_of

if TYPE_CHECKING:
    from fakes.telegram_api.fake import FakeTelegram

Parameters = dict[str, Any]
REPLACED = {"text", "photo", "video", "animation", "document", "audio"}


def edit_text(fake: "FakeTelegram", parameters: Parameters) -> dict[str, Any]:
    text = checked_text("text", parameters["text"], MAX_TEXT)
    message = _editable(fake, parameters)
    if message.media:
        raise NO_TEXT
    return _edit(fake, message, parameters, "text", text)


def edit_caption(fake: "FakeTelegram", parameters: Parameters) -> dict[str, Any]:
    caption = checked_text("caption", parameters.get("caption", ""), MAX_CAPTION)
    message = _editable(fake, parameters)
    if not message.media:
        raise NO_CAPTION
    return _edit(fake, message, parameters, "caption", caption)


def edit_media(fake: "FakeTelegram", parameters: Parameters) -> dict[str, Any]:
    """Replace a text or a file by a picture; a text message becomes a media message for good."""
    given = parameters["media"]
    caption = checked_text("caption", given.get("caption", ""), MAX_CAPTION)
    refuse_markup(given)
    message = _editable(fake, parameters)
    media = _picture(given["media"])
    return _edit(fake, message, parameters, "caption", caption, media)


def _picture(given: File | str) -> Media:
    """URLs and file ids are not reproduced here."""
    if isinstance(given, str):
        raise WRONG_IDENTIFIER
    return Media("photo", checked_photo(given).content, given.name, given.mime)


def edit_markup(fake: "FakeTelegram", parameters: Parameters) -> dict[str, Any]:
    message = _editable(fake, parameters)
    return _edit(fake, message, parameters, "caption" if message.media else "text", message.text)


def delete_message(fake: "FakeTelegram", parameters: Parameters) -> bool:
    with fake.changes.changing():
        chat = reachable(fake, parameters)
        if parameters["message_id"] not in chat.bodies:
            raise bad_request("message to delete not found")
        del chat.bodies[parameters["message_id"]]
        if message := chat.find(parameters["message_id"]):
            message.deleted = True
    return True


def _editable(fake: "FakeTelegram", parameters: Parameters) -> BotMessage:
    chat: Chat = reachable(fake, parameters)
    message = chat.find(parameters["message_id"])
    if message is None:
        raise NOT_EDITABLE if parameters["message_id"] in chat.bodies else EDIT_NOT_FOUND
    if message.deleted:
        raise EDIT_NOT_FOUND
    return message


def _edit(
    fake: "FakeTelegram",
    message: BotMessage,
    parameters: Parameters,
    field: str,
    text: str,
    media: Media | None = None,
) -> dict[str, Any]:
    refuse_markup(parameters)
    markup = parameters.get("reply_markup")
    check_keyboard(markup)
    buttons = buttons_of(markup)
    with fake.changes.changing():
        if media is None and (text, buttons) == (message.text, message.buttons):
            raise NOT_MODIFIED  # an uploaded file counts as a different one, whatever its content
        dropped = {field, "entities", "caption_entities", "reply_markup"} | (REPLACED if media else set())
        body = {name: value for name, value in message.body.items() if name not in dropped}
        body |= worded(field, text) | {"edit_date": now()}
        body |= attached(fake.files, media) if media else {}
        if buttons:
            body["reply_markup"] = markup
        message.change(text, buttons)
        message.media = media or message.media
        message.body = body
        fake.chats[message.chat_id].keep(body)
    return dict(body)
