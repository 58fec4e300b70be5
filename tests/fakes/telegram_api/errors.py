"""Telegram's error responses, with its own descriptions."""

from dataclasses import dataclass, field


@dataclass(eq=False)
class ApiError(Exception):
    """A response that is not ok."""

    code: int
    description: str
    parameters: dict[str, int] = field(default_factory=dict)

    def body(self) -> dict[str, object]:
        answer: dict[str, object] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad_request(reason: str) -> ApiError:
    return ApiError(400, f"Bad Request: {reason}")


def flood(retry_after: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})


def migrated(chat: int) -> ApiError:
    reason = "Bad Request: group chat was upgraded to a supergroup chat"
    return ApiError(400, reason, {"migrate_to_chat_id": chat})


UNAUTHORIZED = ApiError(401, "Unauthorized")
NOT_FOUND = ApiError(404, "Not Found")
BAD_GATEWAY = ApiError(502, "Bad Gateway")
TOO_LARGE = ApiError(413, "Request Entity Too Large")
BLOCKED = ApiError(403, "Forbidden: bot was blocked by the user")
DEACTIVATED = ApiError(403, "Forbidden: user is deactivated")
NOT_STARTED = ApiError(403, "Forbidden: bot can't initiate conversation with a user")
CHAT_NOT_FOUND = bad_request("chat not found")
TWO_POLLERS = ApiError(
    409,
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
)
WEBHOOK_ACTIVE = ApiError(
    409,
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
)
NOT_MODIFIED = bad_request(
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message",
)
OLD_QUERY = bad_request("query is too old and response timeout expired or query ID is invalid")
EDIT_NOT_FOUND = bad_request("message to edit not found")
NOT_EDITABLE = bad_request("message can't be edited")
NO_TEXT = bad_request("there is no text in the message to edit")
NO_CAPTION = bad_request("there is no caption in the message to edit")
FILE_TOO_BIG = bad_request("file is too big")
WRONG_FILE = bad_request("wrong file_id or the file is temporarily unavailable")
WRONG_IDENTIFIER = bad_request("wrong file identifier/HTTP URL specified")
