"""API methods that edit and delete messages."""

from typing import TYPE_CHECKING, Any

from fakes.telegram_api.chats import TelegramChat
from fakes.telegram_api.errors import (
    EDIT_NOT_FOUND,
    NO_CAPTION,
    NO_TEXT,
    NOT_EDITABLE,
    NOT_MODIFIED,
    WRONG_IDENTIFIER,
    build_bad_request,
)
from fakes.telegram_api.files import TelegramMedia
from fakes.telegram_api.keyboards import check_keyboard
from fakes.telegram_api.message_json import build_media_fields, build_text_fields, get_timestamp
from fakes.telegram_api.parameters import UploadedFile
from fakes.telegram_api.sending import (
    MAX_CAPTION,
    MAX_TEXT,
    check_photo,
    check_text,
    find_reachable_chat,
    reject_markup,
)
from fakes.telegram_api.transcript import TelegramBotMessage, buttons_of

if TYPE_CHECKING:
    from fakes.telegram_api.fake import FakeTelegram

Parameters = dict[str, Any]
CONTENT_FIELDS = {"text", "photo", "video", "animation", "document", "audio"}


def edit_text(fake: "FakeTelegram", parameters: Parameters) -> dict[str, Any]:
    text = check_text("text", parameters["text"], MAX_TEXT)
    message = _find_editable(fake, parameters)
    if message.media:
        raise NO_TEXT
    return _apply_edit(fake, message, parameters, "text", text)


def edit_caption(fake: "FakeTelegram", parameters: Parameters) -> dict[str, Any]:
    caption = check_text("caption", parameters.get("caption", ""), MAX_CAPTION)
    message = _find_editable(fake, parameters)
    if not message.media:
        raise NO_CAPTION
    return _apply_edit(fake, message, parameters, "caption", caption)


def edit_media(fake: "FakeTelegram", parameters: Parameters) -> dict[str, Any]:
    """Replace a text or a file by a picture; a text message becomes a media message for good."""
    input_media = parameters["media"]
    caption = check_text("caption", input_media.get("caption", ""), MAX_CAPTION)
    reject_markup(input_media)
    message = _find_editable(fake, parameters)
    media = _build_photo(input_media["media"])
    return _apply_edit(fake, message, parameters, "caption", caption, media)


def _build_photo(file: UploadedFile | str) -> TelegramMedia:
    """URLs and file ids are not reproduced here."""
    if isinstance(file, str):
        raise WRONG_IDENTIFIER
    return TelegramMedia("photo", check_photo(file).content, file.name, file.mime)


def edit_markup(fake: "FakeTelegram", parameters: Parameters) -> dict[str, Any]:
    message = _find_editable(fake, parameters)
    return _apply_edit(fake, message, parameters, "caption" if message.media else "text", message.text)


def delete_message(fake: "FakeTelegram", parameters: Parameters) -> bool:
    with fake.condition.modify():
        chat = find_reachable_chat(fake, parameters)
        if parameters["message_id"] not in chat.bodies:
            raise build_bad_request("message to delete not found")
        del chat.bodies[parameters["message_id"]]
        if message := chat.find_message(parameters["message_id"]):
            message.is_deleted = True
    return True


def _find_editable(fake: "FakeTelegram", parameters: Parameters) -> TelegramBotMessage:
    chat: TelegramChat = find_reachable_chat(fake, parameters)
    message = chat.find_message(parameters["message_id"])
    if message is None:
        raise NOT_EDITABLE if parameters["message_id"] in chat.bodies else EDIT_NOT_FOUND
    if message.is_deleted:
        raise EDIT_NOT_FOUND
    return message


def _apply_edit(
    fake: "FakeTelegram",
    message: TelegramBotMessage,
    parameters: Parameters,
    field: str,
    text: str,
    media: TelegramMedia | None = None,
) -> dict[str, Any]:
    reject_markup(parameters)
    markup = parameters.get("reply_markup")
    check_keyboard(markup)
    buttons = buttons_of(markup)
    with fake.condition.modify():
        if media is None and (text, buttons) == (message.text, message.buttons):
            raise NOT_MODIFIED  # an uploaded file counts as a different one, whatever its content
        dropped_fields = {field, "entities", "caption_entities", "reply_markup"} | (CONTENT_FIELDS if media else set())
        body = {name: value for name, value in message.body.items() if name not in dropped_fields}
        body |= build_text_fields(field, text) | {"edit_date": get_timestamp()}
        body |= build_media_fields(fake.files, media) if media else {}
        if buttons:
            body["reply_markup"] = markup
        message.apply_edit(text, buttons)
        message.media = media or message.media
        message.body = body
        fake.chats[message.chat_id].store_body(body)
    return dict(body)
