"""Errors shown to users: a code, and the values of its message's placeholders.

The messages are in `bots/locales`, one for each code in each language, keyed `error-<code in lower case>`.
"""

from enum import StrEnum


class ErrorCode(StrEnum):
    """Error code shown to users, in logs and on the command line."""

    # the file
    EMPTY_FILE = "EMPTY_FILE"
    FILE_EXPIRED = "FILE_EXPIRED"  # no longer available from the messenger
    FILE_TOO_BIG = "FILE_TOO_BIG"  # limit: megabytes; page: URL that accepts larger files, if any
    NOT_MEDIA = "NOT_MEDIA"
    FORMAT_NOT_SUPPORTED = "FORMAT_NOT_SUPPORTED"
    BROKEN_FILE = "BROKEN_FILE"
    TOO_MANY_PIXELS = "TOO_MANY_PIXELS"  # limit: megapixels
    TOO_FEW_PIXELS = "TOO_FEW_PIXELS"  # limit: pixels a side
    TOO_NARROW = "TOO_NARROW"  # limit: the longer side as a multiple of the shorter
    TOO_LONG = "TOO_LONG"  # limit: seconds
    TOO_MANY_FRAMES = "TOO_MANY_FRAMES"  # limit: frames a second
    TOO_MANY_STREAMS = "TOO_MANY_STREAMS"  # limit
    NOTHING_TO_DRAW = "NOTHING_TO_DRAW"  # a picture of one flat colour
    NO_PICTURE = "NO_PICTURE"  # a container without a video stream where one is needed
    TOO_HEAVY = "TOO_HEAVY"  # memory, CPU or wall clock of the sandbox exceeded
    # the message
    MESSAGE_UNREADABLE = "MESSAGE_UNREADABLE"  # shown on the phone alone, as a view-once message is, or not decrypted
    PAID_MEDIA = "PAID_MEDIA"  # only a preview of what has to be paid for
    ANONYMOUS_SENDER = "ANONYMOUS_SENDER"  # an administrator who writes as the group, or as a channel
    # the speech
    NO_AUDIO = "NO_AUDIO"
    AUDIO_NOT_SUPPORTED = "AUDIO_NOT_SUPPORTED"  # there is sound, and no decoder for it
    NO_SPEECH = "NO_SPEECH"
    SPEECH_UNCLEAR = "SPEECH_UNCLEAR"
    LANGUAGE_UNCLEAR = "LANGUAGE_UNCLEAR"  # which one is spoken
    LANGUAGE_NOT_HEARD = "LANGUAGE_NOT_HEARD"  # language: no engine knows it
    SPEECH_SERVICE_DOWN = "SPEECH_SERVICE_DOWN"
    TEXT_SERVICE_DOWN = "TEXT_SERVICE_DOWN"  # the chat model that translates, summarises and finds chapters
    CHAT_MODEL_MISSING = "CHAT_MODEL_MISSING"  # none is set
    TEXT_TOO_LONG = "TEXT_TOO_LONG"  # more than a chat model is given
    CHAPTERS_NOT_FOUND = "CHAPTERS_NOT_FOUND"  # fewer than YouTube takes
    SUBTITLES_UNREADABLE = "SUBTITLES_UNREADABLE"
    TITLE_TOO_LONG = "TITLE_TOO_LONG"  # length, limit: characters
    TITLE_UNREADABLE = "TITLE_UNREADABLE"  # no letter and no digit
    SCRIPT_NOT_DRAWN = "SCRIPT_NOT_DRAWN"  # language: no bundled font has its letters
    STYLE_UNREADABLE = "STYLE_UNREADABLE"  # line
    STYLE_FIELD_MISSING = "STYLE_FIELD_MISSING"  # field
    STYLE_FIELD_UNKNOWN = "STYLE_FIELD_UNKNOWN"  # field
    STYLE_VALUE_INVALID = "STYLE_VALUE_INVALID"  # field; allowed: what is allowed there
    # the access
    NOT_ENOUGH_CREDITS = "NOT_ENOUGH_CREDITS"  # cost, available, returns
    DEBT = "DEBT"  # debt: credits
    TOO_MANY_WAITING = "TOO_MANY_WAITING"  # limit
    TOO_FAST = "TOO_FAST"
    PLAN_LIMIT = "PLAN_LIMIT"  # limit: seconds
    PLAN_SIZE = "PLAN_SIZE"  # limit: megabytes
    PLAN_STORAGE = "PLAN_STORAGE"  # limit: megabytes
    PLAN_LANGUAGE = "PLAN_LANGUAGE"
    MAINTENANCE = "MAINTENANCE"  # note: the operator's remark, if any
    PAUSED = "PAUSED"  # the tenant
    TENANT_BUSY = "TENANT_BUSY"  # the tenant's limit of waiting jobs is reached
    TENANT_FULL = "TENANT_FULL"  # the tenant's limit of users, or of stored bytes, is reached
    # the job
    NOT_FOUND = "NOT_FOUND"
    FILM_TOO_BIG = "FILM_TOO_BIG"  # limit: megabytes
    FILE_GONE = "FILE_GONE"
    FILM_LOST = "FILM_LOST"  # it was rendered and never delivered
    DISK_FULL = "DISK_FULL"
    CRASHED = "CRASHED"
    # the command line
    USAGE = "USAGE"
    UNEXPECTED = "UNEXPECTED"


INTERNAL_CODES = frozenset(
    {
        ErrorCode.SPEECH_SERVICE_DOWN,
        ErrorCode.TEXT_SERVICE_DOWN,
        ErrorCode.FILM_LOST,
        ErrorCode.DISK_FULL,
        ErrorCode.CRASHED,
        ErrorCode.UNEXPECTED,
    }
)
"""Codes of failures that are not caused by the user's input."""


class AppError(Exception):
    """An error with a code; `values` fill the placeholders of its message."""

    def __init__(self, code: ErrorCode, **values: str | float) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the values when pickled for the pipe from the sandbox."""
        return _rebuild_error, (type(self), self.code, self.values)

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.values.items())
        return f"{self.code} ({details})" if details else str(self.code)


class RequestRejected(AppError):
    """The input or request cannot be accepted; expected, logged at info, and never charged."""


class ProcessingFailed(AppError):
    """Accepted work failed; logged at error, and its credits are released."""


class ConfigError(Exception):
    """A wrong configuration or a missing dependency; the message is a sentence for the operator."""


class JobCancelled(Exception):
    """The user cancelled the job."""


def _rebuild_error(kind: type[AppError], code: ErrorCode, values: dict[str, str | float]) -> AppError:
    return kind(code, **values)
