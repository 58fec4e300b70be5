"""API methods that send messages."""

from typing import TYPE_CHECKING, Any

from fakes.telegram_api.chats import TelegramChat
from fakes.telegram_api.errors import CHAT_NOT_FOUND, NOT_STARTED, WRONG_IDENTIFIER, build_bad_request
from fakes.telegram_api.files import GEOMETRY_REQUIRED_FROM, PHOTO_LIMIT, TelegramFile, TelegramMedia, has_sound
from fakes.telegram_api.keyboards import check_keyboard
from fakes.telegram_api.message_json import (
    build_media_fields,
    build_stored_file_fields,
    build_text_fields,
    count_utf16_units,
)
from fakes.telegram_api.parameters import UploadedFile
from fakes.telegram_api.transcript import TelegramBotMessage, buttons_of

if TYPE_CHECKING:
    from fakes.telegram_api.fake import FakeTelegram

MAX_TEXT = 4096
MAX_CAPTION = 1024
GEOMETRY_FIELDS = ("width", "height", "duration")
CHAT_ACTIONS = {"typing", "upload_photo", "record_video", "upload_video", "upload_document", "choose_sticker"}
Parameters = dict[str, Any]


def find_reachable_chat(fake: "FakeTelegram", parameters: Parameters) -> TelegramChat:
    """The target chat of a request. Raises TelegramApiError as Telegram does for one the bot cannot write to."""
    chat = fake.find_chat(parameters["chat_id"])
    if chat is None:
        raise CHAT_NOT_FOUND
    if chat.send_error:
        raise chat.send_error
    if not chat.bodies and chat.attributes["type"] == "private":
        raise NOT_STARTED
    thread = parameters.get("message_thread_id")
    if thread is not None and thread not in chat.topics:
        raise build_bad_request("message thread not found")
    return chat


def check_text(field: str, text: str, max_length: int) -> str:
    """Raises TelegramApiError for a text that Telegram rejects."""
    if field == "text" and not text.strip():
        raise build_bad_request("message text is empty")
    if count_utf16_units(text) > max_length:
        raise build_bad_request("message is too long" if field == "text" else "message caption is too long")
    return text


def reject_markup(parameters: Parameters) -> None:
    """Formatted text is not reproduced here, so a bot that uses it must fail."""
    if parameters.get("parse_mode"):
        raise build_bad_request("unsupported parse_mode")


def send_message(fake: "FakeTelegram", parameters: Parameters) -> dict[str, Any]:
    text = check_text("text", parameters["text"], MAX_TEXT)
    return add_message(fake, parameters, build_text_fields("text", text), None)


def send_photo(fake: "FakeTelegram", parameters: Parameters) -> dict[str, Any]:
    file = parameters["photo"]
    if isinstance(file, UploadedFile):
        check_photo(file)
    return _add_media(fake, parameters, "photo", file)


def check_photo(file: UploadedFile) -> UploadedFile:
    """Raises TelegramApiError for a picture that Telegram rejects as a photo."""
    if not file.content:
        raise build_bad_request("file must be non-empty")
    if len(file.content) > PHOTO_LIMIT:
        raise build_bad_request(f"file of size {len(file.content)} bytes is too big for a photo")
    return file


def send_video(fake: "FakeTelegram", parameters: Parameters) -> dict[str, Any]:
    file = parameters["video"]
    is_silent = isinstance(file, UploadedFile) and not has_sound(file.content)
    kind = "animation" if is_silent and fake.silent_videos_become_animations else "video"
    return _add_media(fake, parameters, kind, file)


def send_animation(fake: "FakeTelegram", parameters: Parameters) -> dict[str, Any]:
    return _add_media(fake, parameters, "animation", parameters["animation"])


def send_document(fake: "FakeTelegram", parameters: Parameters) -> dict[str, Any]:
    file = parameters["document"]
    detects_type = isinstance(file, UploadedFile) and not parameters.get("disable_content_type_detection")
    kind = "video" if detects_type and file.mime == "video/mp4" else "document"
    return _add_media(fake, parameters, kind, file)


def send_chat_action(fake: "FakeTelegram", parameters: Parameters) -> bool:
    if parameters["action"] not in CHAT_ACTIONS:
        raise build_bad_request("wrong parameter action in request")
    with fake.condition.modify():
        find_reachable_chat(fake, parameters).actions.append(parameters["action"])
    return True


def _add_media(fake: "FakeTelegram", parameters: Parameters, kind: str, file: UploadedFile | str) -> dict[str, Any]:
    caption = check_text("caption", parameters.get("caption", ""), MAX_CAPTION)
    chat = find_reachable_chat(fake, parameters)  # first: a chat's error comes before the file is checked
    if isinstance(file, str):
        stored = _find_known_file(fake, file, kind)
        media, fields = stored.media, build_stored_file_fields(fake.files, stored)
    else:
        media = _build_media(kind, file, parameters)
        fields = build_media_fields(fake.files, media)
    return add_message(fake, parameters | {"chat_id": chat.id}, fields | build_text_fields("caption", caption), media)


def _find_known_file(fake: "FakeTelegram", file_id: str, kind: str) -> TelegramFile:
    """A file sent again by its id, which keeps its kind. URLs are not reproduced here."""
    stored = fake.files.find(file_id)
    if stored is None:
        raise WRONG_IDENTIFIER
    accepted_kinds = {kind, "animation" if kind == "video" else kind}
    if stored.media.kind not in accepted_kinds:
        raise build_bad_request(f"type of file mismatch: can't use file of type {stored.media.kind} as {kind}")
    return stored


def _build_media(kind: str, file: UploadedFile, parameters: Parameters) -> TelegramMedia:
    if not file.content:
        raise build_bad_request("file must be non-empty")
    geometry = {name: parameters[name] for name in GEOMETRY_FIELDS if parameters.get(name)}
    is_unknown = kind == "video" and not geometry and len(file.content) > GEOMETRY_REQUIRED_FROM
    thumbnail = parameters.get("thumbnail")
    declared = geometry | {name: parameters[name] for name in ("supports_streaming",) if name in parameters}
    return TelegramMedia(
        kind,
        file.content,
        file.name,
        file.mime,
        width=geometry.get("width", 320),
        height=geometry.get("height", 320),
        duration=geometry.get("duration", 0),
        thumbnail=thumbnail.content if isinstance(thumbnail, UploadedFile) and not is_unknown else None,
        declared=declared,
    )


def add_message(
    fake: "FakeTelegram", parameters: Parameters, content: dict[str, Any], media: TelegramMedia | None
) -> dict[str, Any]:
    reject_markup(parameters)
    markup = parameters.get("reply_markup")
    check_keyboard(markup)
    with fake.condition.modify():
        chat = find_reachable_chat(fake, parameters)
        thread = parameters.get("message_thread_id")
        reply_field = _build_reply_field(chat, parameters.get("reply_parameters"))
        body = chat.build_body(fake.allocate_message_id(), fake.bot, thread) | reply_field | content
        if markup and markup["inline_keyboard"]:
            body["reply_markup"] = markup
        message = TelegramBotMessage(
            body["message_id"],
            chat.id,
            content.get("text", content.get("caption", content.get("invoice", {}).get("description", ""))),
            buttons_of(markup),
            media,
            reply_field.get("reply_to_message", {}).get("message_id"),
            thread,
            body=chat.store_body(body),
        )
        chat.messages.append(message)
        return dict(body)


def _build_reply_field(chat: TelegramChat, reply: dict[str, Any] | None) -> dict[str, Any]:
    if reply is None:
        return {}
    if reply["message_id"] in chat.bodies:
        return chat.build_reply_field(reply["message_id"])
    if reply.get("allow_sending_without_reply"):
        return {}
    raise build_bad_request("message to be replied not found")
