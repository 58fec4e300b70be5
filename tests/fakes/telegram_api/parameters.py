"""Parameters of each method: names and types from core.telegram.org/bots/api. All others are rejected."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fakes.telegram_api.errors import build_bad_request


@dataclass(frozen=True)
class UploadedFile:
    """A file uploaded in the request itself."""

    name: str
    mime: str
    content: bytes


SEND_PARAMETERS = (
    "chat_id:id business_connection_id:str message_thread_id:int direct_messages_topic_id:int "
    "disable_notification:bool protect_content:bool allow_paid_broadcast:bool message_effect_id:str "
    "suggested_post_parameters:json reply_parameters:json reply_markup:json "
)
CAPTION_PARAMETERS = "caption:str parse_mode:str caption_entities:json "
MEDIA_PARAMETERS = "show_caption_above_media:bool has_spoiler:bool "
VIDEO_PARAMETERS = "width:int height:int duration:int thumbnail:file "
EDIT_PARAMETERS = "business_connection_id:str chat_id:id message_id:int inline_message_id:str reply_markup:json "
SPECIFICATION = {
    "getMe": "",
    "getUpdates": "offset:int limit:int timeout:int allowed_updates:json",
    "setWebhook": "url:str certificate:file ip_address:str max_connections:int allowed_updates:json "
    "drop_pending_updates:bool secret_token:str",
    "deleteWebhook": "drop_pending_updates:bool",
    "getWebhookInfo": "",
    "sendMessage": SEND_PARAMETERS + "text:str parse_mode:str entities:json link_preview_options:json",
    "sendPhoto": SEND_PARAMETERS + CAPTION_PARAMETERS + MEDIA_PARAMETERS + "photo:file",
    "sendVideo": SEND_PARAMETERS
    + CAPTION_PARAMETERS
    + MEDIA_PARAMETERS
    + VIDEO_PARAMETERS
    + "video:file cover:file start_timestamp:int supports_streaming:bool",
    "sendAnimation": SEND_PARAMETERS + CAPTION_PARAMETERS + MEDIA_PARAMETERS + VIDEO_PARAMETERS + "animation:file",
    "sendDocument": SEND_PARAMETERS
    + CAPTION_PARAMETERS
    + "document:file thumbnail:file disable_content_type_detection:bool",
    "sendChatAction": "chat_id:id action:str business_connection_id:str message_thread_id:int",
    "editMessageText": EDIT_PARAMETERS + "text:str parse_mode:str entities:json link_preview_options:json",
    "editMessageCaption": EDIT_PARAMETERS + CAPTION_PARAMETERS + "show_caption_above_media:bool",
    "editMessageMedia": EDIT_PARAMETERS + "media:media",
    "editMessageReplyMarkup": EDIT_PARAMETERS,
    "deleteMessage": "chat_id:id message_id:int",
    "answerCallbackQuery": "callback_query_id:str text:str show_alert:bool url:str cache_time:int",
    "sendInvoice": SEND_PARAMETERS.replace("business_connection_id:str ", "")
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
INPUT_PHOTO_FIELDS = {
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


def parse_parameters(method: str, raw: dict[str, Any]) -> dict[str, Any]:
    """The request's parameters, typed. Raises TelegramApiError for an unknown name or an invalid value."""
    types = TYPES[method]
    names = {name for name, value in raw.items() if not (isinstance(value, UploadedFile) and name not in types)}
    if unknown := names - types.keys():
        raise build_bad_request(f"unknown parameter {', '.join(sorted(unknown))} of {method}")
    if missing := REQUIRED.get(method, set()) - raw.keys():
        raise build_bad_request(f"parameter {', '.join(sorted(missing))} of {method} is missing")
    return {name: _parse_value(name, types[name], raw) for name in names}


def _parse_value(name: str, kind: str, raw: dict[str, Any]) -> Any:
    value = raw[name]
    if kind == "file":
        return _resolve_file(name, value, raw)
    if isinstance(value, UploadedFile):
        raise build_bad_request(f"{name} cannot be a file")
    if kind == "media":
        return _parse_input_media(value, raw)
    try:
        return PARSERS[kind](value)
    except (ValueError, KeyError) as error:
        raise build_bad_request(f"can't parse {name}") from error


def _parse_input_media(value: Any, raw: dict[str, Any]) -> dict[str, Any]:
    """InputMedia with its file in place. Only photos are reproduced here."""
    try:
        media = _parse_json(value)
    except ValueError as error:
        raise build_bad_request("can't parse media") from error
    if not isinstance(media, dict) or media.get("type") != "photo":
        raise build_bad_request("can't parse InputMedia: type of it is invalid")
    if unknown := media.keys() - INPUT_PHOTO_FIELDS:
        raise build_bad_request(f"unknown field {min(unknown)} of InputMediaPhoto")
    return media | {"media": _resolve_file("media", media.get("media"), raw)}


def _resolve_file(name: str, value: Any, raw: dict[str, Any]) -> UploadedFile | str:
    if isinstance(value, str) and value.startswith("attach://"):
        value = raw.get(value.removeprefix("attach://"))
    if not isinstance(value, UploadedFile | str):
        raise build_bad_request(f"{name} is not a file")
    return value


def _parse_chat_id(value: Any) -> int | str:
    text = str(value)
    return text if text.startswith("@") else int(text)


def _parse_bool(value: Any) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[str(value).lower()]


def _parse_json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


PARSERS: dict[str, Callable[[Any], Any]] = {
    "str": str,
    "int": lambda value: int(str(value)),
    "id": _parse_chat_id,
    "bool": _parse_bool,
    "json": _parse_json,
}
