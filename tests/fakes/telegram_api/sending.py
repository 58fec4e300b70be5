"""API methods that send messages."""

from typing import TYPE_CHECKING, Any

from fakes.telegram_api.bodies import attached, resent, utf16_length, worded
from fakes.telegram_api.chats import Chat
from fakes.telegram_api.errors import CHAT_NOT_FOUND, NOT_STARTED, WRONG_IDENTIFIER, bad_request
from fakes.telegram_api.files import PHOTO_LIMIT, UNKNOWN_GEOMETRY_FROM, Media, StoredFile, has_sound
from fakes.telegram_api.keyboards import check_keyboard
from fakes.telegram_api.parameters import File
from fakes.telegram_api.transcript import BotMessage, buttons_of

if TYPE_CHECKING:
    from fakes.telegram_api.fake import FakeTelegram

MAX_TEXT = 4096
MAX_CAPTION = 1024
SHAPE = ("width", "height", "duration")
CHAT_ACTIONS = {"typing", "upload_photo", "record_video", "upload_video", "upload_document", "choose_sticker"}
Parameters = dict[str, Any]


def reachable(fake: "FakeTelegram", parameters: Parameters) -> Chat:
    """The target chat of a request. Raises TelegramApiError as Telegram does for one the bot cannot write to."""
    chat = fake.find_chat(parameters["chat_id"])
    if chat is None:
        raise CHAT_NOT_FOUND
    if chat.refusal:
        raise chat.refusal
    if not chat.bodies and chat.about["type"] == "private":
        raise NOT_STARTED
    thread = parameters.get("message_thread_id")
    if thread is not None and thread not in chat.topics:
        raise bad_request("message thread not found")
    return chat


def checked_text(field: str, text: str, longest: int) -> str:
    """Raises TelegramApiError for a text that Telegram rejects."""
    if field == "text" and not text.strip():
        raise bad_request("message text is empty")
    if utf16_length(text) > longest:
        raise bad_request("message is too long" if field == "text" else "message caption is too long")
    return text


def refuse_markup(parameters: Parameters) -> None:
    """Formatted text is not reproduced here, so a bot that uses it must fail."""
    if parameters.get("parse_mode"):
        raise bad_request("unsupported parse_mode")


def send_message(fake: "FakeTelegram", parameters: Parameters) -> dict[str, Any]:
    text = checked_text("text", parameters["text"], MAX_TEXT)
    return put(fake, parameters, worded("text", text), None)


def send_photo(fake: "FakeTelegram", parameters: Parameters) -> dict[str, Any]:
    given = parameters["photo"]
    if isinstance(given, File):
        checked_photo(given)
    return _put_media(fake, parameters, "photo", given)


def checked_photo(given: File) -> File:
    """Raises TelegramApiError for a picture that Telegram rejects as a photo."""
    if not given.content:
        raise bad_request("file must be non-empty")
    if len(given.content) > PHOTO_LIMIT:
        raise bad_request(f"file of size {len(given.content)} bytes is too big for a photo")
    return given


def send_video(fake: "FakeTelegram", parameters: Parameters) -> dict[str, Any]:
    given = parameters["video"]
    silent = isinstance(given, File) and not has_sound(given.content)
    kind = "animation" if silent and fake.silent_videos_become_animations else "video"
    return _put_media(fake, parameters, kind, given)


def send_animation(fake: "FakeTelegram", parameters: Parameters) -> dict[str, Any]:
    return _put_media(fake, parameters, "animation", parameters["animation"])


def send_document(fake: "FakeTelegram", parameters: Parameters) -> dict[str, Any]:
    given = parameters["document"]
    detects = isinstance(given, File) and not parameters.get("disable_content_type_detection")
    kind = "video" if detects and given.mime == "video/mp4" else "document"
    return _put_media(fake, parameters, kind, given)


def send_chat_action(fake: "FakeTelegram", parameters: Parameters) -> bool:
    if parameters["action"] not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    with fake.changes.changing():
        reachable(fake, parameters).actions.append(parameters["action"])
    return True


def _put_media(fake: "FakeTelegram", parameters: Parameters, kind: str, given: File | str) -> dict[str, Any]:
    caption = checked_text("caption", parameters.get("caption", ""), MAX_CAPTION)
    chat = reachable(fake, parameters)  # first: a chat's error comes before the file is checked
    if isinstance(given, str):
        stored = _known(fake, given, kind)
        media, fields = stored.media, resent(fake.files, stored)
    else:
        media = _media(kind, given, parameters)
        fields = attached(fake.files, media)
    return put(fake, parameters | {"chat_id": chat.id}, fields | worded("caption", caption), media)


def _known(fake: "FakeTelegram", file_id: str, kind: str) -> StoredFile:
    """A file sent again by its id, which keeps its kind. URLs are not reproduced here."""
    stored = fake.files.find(file_id)
    if stored is None:
        raise WRONG_IDENTIFIER
    same = {kind, "animation" if kind == "video" else kind}
    if stored.media.kind not in same:
        raise bad_request(f"type of file mismatch: can't use file of type {stored.media.kind} as {kind}")
    return stored


def _media(kind: str, given: File, parameters: Parameters) -> Media:
    if not given.content:
        raise bad_request("file must be non-empty")
    shape = {name: parameters[name] for name in SHAPE if parameters.get(name)}
    square = kind == "video" and not shape and len(given.content) > UNKNOWN_GEOMETRY_FROM
    thumbnail = parameters.get("thumbnail")
    told = shape | {name: parameters[name] for name in ("supports_streaming",) if name in parameters}
    return Media(
        kind,
        given.content,
        given.name,
        given.mime,
        width=shape.get("width", 320),
        height=shape.get("height", 320),
        duration=shape.get("duration", 0),
        thumbnail=thumbnail.content if isinstance(thumbnail, File) and not square else None,
        given=told,
    )


def put(fake: "FakeTelegram", parameters: Parameters, content: dict[str, Any], media: Media | None) -> dict[str, Any]:
    refuse_markup(parameters)
    markup = parameters.get("reply_markup")
    check_keyboard(markup)
    with fake.changes.changing():
        chat = reachable(fake, parameters)
        thread = parameters.get("message_thread_id")
        answered = _answered(chat, parameters.get("reply_parameters"))
        body = chat.body(fake.next_message(), fake.bot, thread) | answered | content
        if markup and markup["inline_keyboard"]:
            body["reply_markup"] = markup
        message = BotMessage(
            body["message_id"],
            chat.id,
            content.get("text", content.get("caption", content.get("invoice", {}).get("description", ""))),
            buttons_of(markup),
            media,
            answered.get("reply_to_message", {}).get("message_id"),
            thread,
            body=chat.keep(body),
        )
        chat.messages.append(message)
        return dict(body)


def _answered(chat: Chat, reply: dict[str, Any] | None) -> dict[str, Any]:
    if reply is None:
        return {}
    if reply["message_id"] in chat.bodies:
        return chat.answered(reply["message_id"])
    if reply.get("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")
