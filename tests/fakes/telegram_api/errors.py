"""Telegram's error responses, with its own descriptions."""

from dataclasses import dataclass, field


@dataclass(eq=False)
class TelegramApiError(Exception):
    """A response that is not ok."""

    code: int
    description: str
    parameters: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        answer: dict[str, object] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def build_bad_request(reason: str) -> TelegramApiError:
    return TelegramApiError(400, f"Bad Request: {reason}")


def build_flood_error(retry_after: int) -> TelegramApiError:
    return TelegramApiError(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})


def build_migrated_error(chat: int) -> TelegramApiError:
    reason = "Bad Request: group chat was upgraded to a supergroup chat"
    return TelegramApiError(400, reason, {"migrate_to_chat_id": chat})


UNAUTHORIZED = TelegramApiError(401, "Unauthorized")
NOT_FOUND = TelegramApiError(404, "Not Found")
BAD_GATEWAY = TelegramApiError(502, "Bad Gateway")
TOO_LARGE = TelegramApiError(413, "Request Entity Too Large")
BLOCKED = TelegramApiError(403, "Forbidden: bot was blocked by the user")
DEACTIVATED = TelegramApiError(403, "Forbidden: user is deactivated")
NOT_STARTED = TelegramApiError(403, "Forbidden: bot can't initiate conversation with a user")
CHAT_NOT_FOUND = build_bad_request("chat not found")
TWO_POLLERS = TelegramApiError(
    409,
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
)
WEBHOOK_ACTIVE = TelegramApiError(
    409,
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
)
NOT_MODIFIED = build_bad_request(
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message",
)
OLD_QUERY = build_bad_request("query is too old and response timeout expired or query ID is invalid")
EDIT_NOT_FOUND = build_bad_request("message to edit not found")
NOT_EDITABLE = build_bad_request("message can't be edited")
NO_TEXT = build_bad_request("there is no text in the message to edit")
NO_CAPTION = build_bad_request("there is no caption in the message to edit")
FILE_TOO_BIG = build_bad_request("file is too big")
WRONG_FILE = build_bad_request("wrong file_id or the file is temporarily unavailable")
WRONG_IDENTIFIER = build_bad_request("wrong file identifier/HTTP URL specified")
