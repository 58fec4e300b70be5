"""Parameters of each method: names and types from core.telegram.org/bots/api. All others are rejected."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fakes.telegram_api.errors import bad_request


@dataclass(frozen=True)
class File:
    """A file uploaded in the request itself."""

    name: str
    mime: str
    content: bytes


SENDING = (
    "chat_id:id business_connection_id:str message_thread_id:int direct_messages_topic_id:int "
    "disable_notification:bool protect_content:bool allow_paid_broadcast:bool message_effect_id:str "
    "suggested_post_parameters:json reply_parameters:json reply_markup:json "
)
CAPTION = "caption:str parse_mode:str caption_entities:json "
ABOVE = "show_caption_above_media:bool has_spoiler:bool "
SHAPE = "width:int height:int duration:int thumbnail:file "
EDITING = "business_connection_id:str chat_id:id message_id:int inline_message_id:str reply_markup:json "
SPECIFICATION = {
    "getMe": "",
    "getUpdates": "offset:int limit:int timeout:int allowed_updates:json",
    "setWebhook": "url:str certificate:file ip_address:str max_connections:int allowed_updates:json "
    "drop_pending_updates:bool secret_token:str",
    "deleteWebhook": "drop_pending_updates:bool",
    "getWebhookInfo": "",
    "sendMessage": SENDING + "text:str parse_mode:str entities:json link_preview_options:json",
    "sendPhoto": SENDING + CAPTION + ABOVE + "photo:file",
    "sendVideo": SENDING
    + CAPTION
    + ABOVE
    + SHAPE
    + "video:file cover:file start_timestamp:int supports_streaming:bool",
    "sendAnimation": SENDING + CAPTION + ABOVE + SHAPE + "animation:file",
    "sendDocument": SENDING + CAPTION + "document:file thumbnail:file disable_content_type_detection:bool",
    "sendChatAction": "chat_id:id action:str business_connection_id:str message_thread_id:int",
    "editMessageText": EDITING + "text:str parse_mode:str entities:json link_preview_options:json",
    "editMessageCaption": EDITING + CAPTION + "show_caption_above_media:bool",
    "editMessageMedia": EDITING + "media:media",
    "editMessageReplyMarkup": EDITING,
    "deleteMessage": "chat_id:id message_id:int",
    "answerCallbackQuery": "callback_query_id:str text:str show_alert:bool url:str cache_time:int",
    "sendInvoice": SENDING.replace("business_connection_id:str ", "")
    + "title:str description:str payload:str currency:str prices:json provider_token:str "
    "start_parameter:str provider_data:str max_tip_amount:int suggested_tip_amounts:json photo_url:str photo_size:int "
    "photo_width:int photo_height:int need_name:bool need_phone_number:bool need_email:bool "
    "need_shipping_address:bool send_phone_number_to_provider:bool send_email_to_provider:bool is_flexible:bool",
    "answerPreCheckoutQuery": "pre_checkout_query_id:str ok:bool error_message:str",
    "refundStarPayment": "user_id:int telegram_payment_charge_id:str",
    "getFile": "file_id:str",
    "setMyCommands": "commands:json scope:json language_code:str",
    "getMyCommands": "scope:json language_code:str",
    "deleteMyCommands": "scope:json language_code:str",
    "setMyDescription": "description:str language_code:str",
    "getMyDescription": "language_code:str",
    "setMyShortDescription": "short_description:str language_code:str",
    "getMyShortDescription": "language_code:str",
}
INPUT_PHOTO = {
    "type",
    "media",
    "caption",
    "parse_mode",
    "caption_entities",
    "show_caption_above_media",
    "has_spoiler",
}
REQUIRED = {
    "sendMessage": {"chat_id", "text"},
    "sendPhoto": {"chat_id", "photo"},
    "sendVideo": {"chat_id", "video"},
    "sendAnimation": {"chat_id", "animation"},
    "sendDocument": {"chat_id", "document"},
    "sendChatAction": {"chat_id", "action"},
    "editMessageText": {"chat_id", "message_id", "text"},
    "editMessageCaption": {"chat_id", "message_id"},
    "editMessageMedia": {"chat_id", "message_id", "media"},
    "editMessageReplyMarkup": {"chat_id", "message_id"},
    "deleteMessage": {"chat_id", "message_id"},
    "answerCallbackQuery": {"callback_query_id"},
    "sendInvoice": {"chat_id", "title", "description", "payload", "currency", "prices"},
    "answerPreCheckoutQuery": {"pre_checkout_query_id", "ok"},
    "refundStarPayment": {"user_id", "telegram_payment_charge_id"},
    "getFile": {"file_id"},
    "setWebhook": {"url"},
    "setMyCommands": {"commands"},
}
TYPES = {
    method: dict(entry.split(":") for entry in specification.split()) for method, specification in SPECIFICATION.items()
}


def parameters(method: str, raw: dict[str, Any]) -> dict[str, Any]:
    """The request's parameters, typed. Raises TelegramApiError for an unknown name or an invalid value."""
    types = TYPES[method]
    names = {name for name, value in raw.items() if not (isinstance(value, File) and name not in types)}
    if unknown := names - types.keys():
        raise bad_request(f"unknown parameter {', '.join(sorted(unknown))} of {method}")
    if missing := REQUIRED.get(method, set()) - raw.keys():
        raise bad_request(f"parameter {', '.join(sorted(missing))} of {method} is missing")
    return {name: _typed(name, types[name], raw) for name in names}


def _typed(name: str, kind: str, raw: dict[str, Any]) -> Any:
    value = raw[name]
    if kind == "file":
        return _file(name, value, raw)
    if isinstance(value, File):
        raise bad_request(f"{name} cannot be a file")
    if kind == "media":
        return _input_media(value, raw)
    try:
        return READERS[kind](value)
    except (ValueError, KeyError) as error:
        raise bad_request(f"can't parse {name}") from error


def _input_media(value: Any, raw: dict[str, Any]) -> dict[str, Any]:
    """InputMedia with its file in place. Only photos are reproduced here."""
    try:
        media = _json(value)
    except ValueError as error:
        raise bad_request("can't parse media") from error
    if not isinstance(media, dict) or media.get("type") != "photo":
        raise bad_request("can't parse InputMedia: type of it is invalid")
    if unknown := media.keys() - INPUT_PHOTO:
        raise bad_request(f"unknown field {min(unknown)} of InputMediaPhoto")
    return media | {"media": _file("media", media.get("media"), raw)}


def _file(name: str, value: Any, raw: dict[str, Any]) -> File | str:
    if isinstance(value, str) and value.startswith("attach://"):
        value = raw.get(value.removeprefix("attach://"))
    if not isinstance(value, File | str):
        raise bad_request(f"{name} is not a file")
    return value


def _chat(value: Any) -> int | str:
    text = str(value)
    return text if text.startswith("@") else int(text)


def _flag(value: Any) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[str(value).lower()]


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


READERS: dict[str, Callable[[Any], Any]] = {
    "str": str,
    "int": lambda value: int(str(value)),
    "id": _chat,
    "bool": _flag,
    "json": _json,
}
