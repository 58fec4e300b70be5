"""Every failure a person can see: a code, and the values its sentence needs.

The sentences live in `bots/locales`, one for each code in each language, keyed `error-<code in lower case>`.
"""

from enum import StrEnum


class Code(StrEnum):
    """What went wrong, as people, logs and the command line name it."""

    # the file
    EMPTY_FILE = "EMPTY_FILE"
    FILE_EXPIRED = "FILE_EXPIRED"  # the messenger has it no more
    FILE_TOO_BIG = "FILE_TOO_BIG"  # limit: megabytes; page: where larger files are taken, if anywhere
    NOT_MEDIA = "NOT_MEDIA"
    FORMAT_NOT_SUPPORTED = "FORMAT_NOT_SUPPORTED"
    BROKEN_FILE = "BROKEN_FILE"
    TOO_MANY_PIXELS = "TOO_MANY_PIXELS"  # limit: megapixels
    TOO_FEW_PIXELS = "TOO_FEW_PIXELS"  # limit: pixels a side
    TOO_NARROW = "TOO_NARROW"  # limit: the longer side as a multiple of the shorter
    TOO_LONG = "TOO_LONG"  # limit: seconds
    TOO_MANY_FRAMES = "TOO_MANY_FRAMES"  # limit: frames a second
    TOO_MANY_STREAMS = "TOO_MANY_STREAMS"  # limit
    NO_PICTURE = "NO_PICTURE"  # a container without a video stream where one is needed
    TOO_HEAVY = "TOO_HEAVY"  # memory, CPU or wall clock of the child
    # the speech
    NO_AUDIO = "NO_AUDIO"
    NO_SPEECH = "NO_SPEECH"
    SPEECH_UNCLEAR = "SPEECH_UNCLEAR"
    LANGUAGE_NOT_HEARD = "LANGUAGE_NOT_HEARD"  # language
    SPEECH_SERVICE_DOWN = "SPEECH_SERVICE_DOWN"
    SUBTITLES_UNREADABLE = "SUBTITLES_UNREADABLE"
    SCRIPT_NOT_DRAWN = "SCRIPT_NOT_DRAWN"  # language: no font here draws its letters
    # the access
    NOT_ENOUGH_CREDITS = "NOT_ENOUGH_CREDITS"  # cost, available, returns
    DEBT = "DEBT"  # debt: credits
    TOO_MANY_WAITING = "TOO_MANY_WAITING"  # limit
    TOO_FAST = "TOO_FAST"
    PLAN_LIMIT = "PLAN_LIMIT"  # limit: seconds
    PLAN_SIZE = "PLAN_SIZE"  # limit: megabytes
    PLAN_LANGUAGE = "PLAN_LANGUAGE"
    MAINTENANCE = "MAINTENANCE"  # note: what the operator says of it, if anything
    PAUSED = "PAUSED"  # the business
    TENANT_BUSY = "TENANT_BUSY"  # as many films of the business wait as may
    TENANT_FULL = "TENANT_FULL"  # it has as many people, or files, as it may
    # the job
    NOT_FOUND = "NOT_FOUND"
    FILM_TOO_BIG = "FILM_TOO_BIG"  # limit: megabytes
    FILE_GONE = "FILE_GONE"
    FILM_LOST = "FILM_LOST"  # it was made and never arrived
    DISK_FULL = "DISK_FULL"
    CRASHED = "CRASHED"
    # the command line
    USAGE = "USAGE"
    UNEXPECTED = "UNEXPECTED"


OURS = frozenset({Code.SPEECH_SERVICE_DOWN, Code.FILM_LOST, Code.DISK_FULL, Code.CRASHED, Code.UNEXPECTED})
"""What films fail of that is no fault of what people sent."""


class AppError(Exception):
    """A failure with a code; `values` fill the placeholders of its sentence."""

    def __init__(self, code: Code, **values: str | float) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the pipe from a child process with the values kept."""
        return _rebuild, (type(self), self.code, self.values)

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.values.items())
        return f"{self.code} ({details})" if details else str(self.code)


class Refused(AppError):
    """What was sent or asked cannot be done; expected, logged at info, and never charged."""


class Failed(AppError):
    """We could not do what was accepted; logged at error, and its credits go back."""


class Explained(Exception):
    """What cannot work as it is set up, or without others; the message is a sentence for the operator."""


class Cancelled(Exception):
    """The person asked for the work to stop."""


def _rebuild(kind: type[AppError], code: Code, values: dict[str, str | float]) -> AppError:
    return kind(code, **values)
