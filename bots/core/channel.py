"""The contract between the conversation and a messenger."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable

from models.roles import Role


class AttachmentKind(StrEnum):
    """What a messenger says a file is; only measuring tells what it really is."""

    PICTURE = "picture"
    VIDEO = "video"
    AUDIO = "audio"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message. `handle` is the channel's own name for it; `size` is bytes, where it is told."""

    kind: AttachmentKind
    handle: str
    name: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote. `language` is the messenger's hint, an IETF tag such as "pt-br"; `aliases` are other ids the messenger
    knows the same person by."""

    external_id: str
    name: str = ""
    language: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where messages go: a chat, and a topic of it where the channel has topics."""

    chat: str
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came, or went back, through the messenger itself. `payload` is what the invoice carried; `charge` is
    the messenger's name of the payment; the amount is in minor units."""

    charge: str
    payload: str
    currency: str
    amount: int
    is_refund: bool = False


@dataclass(frozen=True, slots=True)
class Inbound:
    """What one person sent at once: a text, a choice, or files (an album is one Inbound with several).

    `updates` are the ids of the channel's updates it is made of; they are handled together, once. `message` is the id
    a reply answers. For a choice, `choice` is the data of what was chosen and `message` the message it stood under.
    `in_group` tells that others read along, so that money is not spoken of. `quotes` is the message of ours a text
    answers.
    """

    updates: tuple[str, ...]
    place: Place
    sender: Sender
    message: str | None
    text: str = ""
    choice: str | None = None
    attachments: tuple[Attachment, ...] = ()
    received_at: datetime | None = None
    in_group: bool = False
    payment: Payment | None = None
    quotes: str | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a messenger can do, as data. Sizes are bytes; lengths are characters.

    Where edits are counted (`max_edits`), a progress message shows only what is being done, and no percentages.
    """

    buttons: bool
    edits: bool
    max_text: int
    max_caption: int
    max_upload: int
    max_download: int
    seconds_between_edits: float = 3.0
    max_edits: int | None = None
    edit_seconds: float | None = None  # how old a message may be to be edited
    album_seconds: float = 0.0  # how long to wait for the rest of an album
    erases: bool = False  # whether what people sent can be deleted: see `Eraser`
    opt_out: bool = False  # whether a word such as "stop" ends what is sent, as the messenger has no button for it


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice as it is shown; `data` comes back when it is chosen, unless it is a link."""

    data: str
    label: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """What is to be paid in the messenger's own money. `payload` comes back with the payment."""

    title: str
    payload: str
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class Text:
    """A message as it is shown: plain text, and rows of choices under it; with an invoice, a way to pay it instead.

    `picture` is a PNG the text stands under; an edit with another one replaces it.
    """

    text: str
    choices: tuple[tuple[Choice, ...], ...] = ()
    reply_to: str | None = None
    invoice: Invoice | None = None
    picture: bytes | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A finished film, or any file, on its way to a chat. Size in pixels, length in seconds."""

    path: Path
    name: str
    caption: Text
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    thumbnail: Path | None = None
    as_file: bool = False
    key: str = ""  # names this upload; a channel may use it to recognise one it has already made


class ChannelError(Exception):
    """The messenger could not be reached, or could not do its work; the outbox tries again, however often it takes."""


class RetryLater(ChannelError):
    """The messenger asks for a pause of so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"retry in {seconds:g} s")
        self.seconds = seconds


class Rejected(ChannelError):
    """The messenger refuses this very message; after some attempts it is given up."""


class Unreachable(ChannelError):
    """The chat is gone, or has blocked the bot: nothing can be delivered to it."""


class Unchanged(ChannelError):
    """An edit would change nothing."""


class Uneditable(ChannelError):
    """The message to be edited is gone or too old; a new one is needed."""


class Channel(Protocol):
    """A messenger's way out. Every method raises ChannelError, and may be called again after a crash.

    `say`, `send_video` and `send_file` return the channel's id of the new message.
    """

    name: str
    can: Capabilities

    async def say(self, place: Place, text: Text) -> str: ...

    async def edit(self, place: Place, message: str, text: Text) -> None: ...

    async def send_video(self, place: Place, upload: Upload) -> str: ...

    async def send_file(self, place: Place, upload: Upload) -> str: ...

    async def fetch(self, attachment: Attachment, path: Path) -> None:
        """Bring a file that was sent to us to `path`.

        Raises Refused(FILE_TOO_BIG) while downloading, without keeping the rest, or ChannelError.
        """
        ...


@runtime_checkable
class Eraser(Protocol):
    """What a channel has besides that can delete what people sent (`Capabilities.erases`)."""

    async def erase(self, place: Place, message: str) -> None:
        """Raises ChannelError."""
        ...


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """A command as a messenger's menu shows it."""

    name: str
    description: str


class Inlet(Protocol):
    """The conversation's way in, as a channel sees it (`bots.core.desk.Desk` is the real one)."""

    def remember(self, update: str, body: dict[str, object]) -> bool:
        """Keep an update before the messenger is told that we have it; False when we already had it."""
        ...

    def forgotten(self) -> Sequence[tuple[str, dict[str, object]]]:
        """Updates that were kept but not handled, oldest first: what a crash interrupted."""
        ...

    async def handle(self, inbound: Inbound) -> None:
        """Answer. Returns when the answer is in the outbox; an update that was handled before is a no-op."""
        ...

    async def ignore(self, updates: Sequence[str]) -> None:
        """Mark updates as handled that need no answer."""
        ...


@dataclass(frozen=True, slots=True)
class Commands:
    """Menus of commands by language tag: for people, and what those with a role have besides."""

    people: dict[str, tuple[CommandHelp, ...]] = field(default_factory=dict)
    roles: dict[Role, dict[str, tuple[CommandHelp, ...]]] = field(default_factory=dict)
