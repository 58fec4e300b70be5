"""Registry of the supported Bot API methods, by name."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fakes.telegram_api import editing, sending, stars
from fakes.telegram_api.errors import FILE_TOO_BIG, WRONG_FILE
from fakes.telegram_api.files import DOWNLOAD_LIMIT

if TYPE_CHECKING:
    from fakes.telegram_api.fake import FakeTelegram

Parameters = dict[str, Any]
Method = Callable[["FakeTelegram", Parameters], Any]


def get_me(fake: "FakeTelegram", _parameters: Parameters) -> dict[str, Any]:
    abilities = dict.fromkeys(
        ("can_read_all_group_messages", "supports_inline_queries", "can_connect_to_business", "has_main_web_app"),
        False,
    )
    return fake.bot | {"can_join_groups": True} | abilities


def get_file(fake: "FakeTelegram", parameters: Parameters) -> dict[str, Any]:
    stored = fake.files.find(parameters["file_id"])
    if stored is None:
        raise WRONG_FILE
    if len(stored.media.content) > DOWNLOAD_LIMIT:
        raise FILE_TOO_BIG
    described = stored.to_json() | {"file_path": fake.files.publish(stored)}
    if not fake.reports_file_sizes:
        del described["file_size"]
    return described


def _run_locked(fake: "FakeTelegram", action: Callable[[Parameters], bool], parameters: Parameters) -> bool:
    with fake.condition.modify():
        return action(parameters)


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "getFile": get_file,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendVideo": sending.send_video,
    "sendAnimation": sending.send_animation,
    "sendDocument": sending.send_document,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": editing.edit_text,
    "editMessageCaption": editing.edit_caption,
    "editMessageMedia": editing.edit_media,
    "editMessageReplyMarkup": editing.edit_markup,
    "deleteMessage": editing.delete_message,
    "sendInvoice": stars.send_invoice,
    "answerPreCheckoutQuery": lambda fake, parameters: _run_locked(fake, fake.stars.answer_query, parameters),
    "refundStarPayment": stars.refund_charge,
    "answerCallbackQuery": lambda fake, parameters: fake.queries.answer_query(parameters),
    "setWebhook": lambda fake, parameters: fake.updates.set_webhook(parameters),
    "deleteWebhook": lambda fake, parameters: fake.updates.delete_webhook(parameters),
    "getWebhookInfo": lambda fake, _parameters: fake.updates.get_webhook_info(),
    "setMyCommands": lambda fake, parameters: fake.profile.set_commands(parameters),
    "getMyCommands": lambda fake, parameters: fake.profile.get_commands(parameters),
    "deleteMyCommands": lambda fake, parameters: fake.profile.delete_commands(parameters),
    "setMyDescription": lambda fake, parameters: fake.profile.set_text("description", parameters),
    "getMyDescription": lambda fake, parameters: fake.profile.get_text("description", parameters),
    "setMyShortDescription": lambda fake, parameters: fake.profile.set_text("short_description", parameters),
    "getMyShortDescription": lambda fake, parameters: fake.profile.get_text("short_description", parameters),
}
