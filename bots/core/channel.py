"""Contract between the conversation and a messenger: inbound and outbound messages, capabilities and errors."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable

from models.errors import ErrorCode


class AttachmentKind(StrEnum):
    """Kind of a file as the messenger declares it; only probing the file tells its real kind."""

    PICTURE = "picture"
    VIDEO = "video"
    AUDIO = "audio"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file attached to a message. `handle` is the channel's own id of the file; `size` is bytes, where known."""

    kind: AttachmentKind
    handle: str
    name: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """Sender of a message. `language` is the messenger's hint, an IETF tag such as "pt-br"; `aliases` are other ids the
    messenger has for the same user."""

    external_id: str
    name: str = ""
    language: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatRef:
    """Target of messages: ids of a chat, and of a topic in it where the channel has topics."""

    chat: str
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment or refund made through the messenger itself. `payload` is that of the invoice; `charge_id` is the
    messenger's id of the payment; the amount is in minor units."""

    charge_id: str
    payload: str
    currency: str
    amount: int
    is_refund: bool = False


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message from one user: a text, a choice, or files (an album is one Inbound with several).

    `update_ids` are the ids of the channel's updates it is made of; they are handled together, once. `message_id` is
    the message a reply quotes. For a choice, `choice` is the data of the chosen button and `message_id` the message the
    button belongs to. `is_group` means that other users can read the chat, so that replies do not mention money.
    `quoted_message_id` is the message it replies to, and `quoted_attachments` are the files of that, unless it is the
    bot's own. `rejection` is why nothing can be done with the message. `superseded_by` is the id of another update,
    which makes this one needless once it is stored. `is_forwarded` means that the sender passed on words of another
    author: its files are taken, its text is nobody's command. `network` is a digest of the network it came from, where
    that is known.
    """

    update_ids: tuple[str, ...]
    chat_ref: ChatRef
    sender: Sender
    message_id: str | None
    text: str = ""
    choice: str | None = None
    attachments: tuple[Attachment, ...] = ()
    received_at: datetime | None = None
    is_group: bool = False
    payment: Payment | None = None
    quoted_message_id: str | None = None
    quoted_attachments: tuple[Attachment, ...] = ()
    rejection: ErrorCode | None = None
    superseded_by: str = ""
    is_forwarded: bool = False
    network: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Features and limits of a messenger, as data. Sizes are bytes; lengths are characters.

    Where the number of edits is limited (`max_edits`), a progress message shows only the stage, and no percentages.
    """

    has_buttons: bool
    can_edit: bool
    max_text: int
    max_caption: int
    max_upload: int
    max_download: int
    seconds_between_edits: float = 3.0
    max_edits: int | None = None
    edit_seconds: float | None = None  # maximum age of a message that can be edited
    album_seconds: float = 0.0  # how long to wait for the rest of an album
    can_delete: bool = False  # whether users' messages can be deleted: see `MessageDeleter`
    is_shared: bool = False  # several processes send to and edit the chats of one account
    has_opt_out_words: bool = False  # whether a word such as "stop" ends all messages, as there is no button for it


@dataclass(frozen=True, slots=True)
class Choice:
    """A button as displayed; `data` comes back when it is chosen, unless it is a link (`url`)."""

    data: str
    label: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class RenderedInvoice:
    """An invoice in the messenger's own currency, in minor units. `payload` comes back with the payment."""

    title: str
    payload: str
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """A message as displayed: plain text with rows of choices under it; with an invoice, a button to pay it instead.
    `picture` is a PNG or JPEG displayed above the text; an edit with another one replaces it. The first choices may
    be made by tapping on its `areas`, one for each: left, top, width and height as shares of the picture."""

    text: str
    choices: tuple[tuple[Choice, ...], ...] = ()
    reply_to: str | None = None
    invoice: RenderedInvoice | None = None
    picture: bytes | None = None
    answers: str | None = field(default=None, compare=False)  # id of the update that it answers; not displayed
    areas: tuple[tuple[float, float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Upload:
    """A finished film, or any file, to be sent to a chat. Size in pixels, length in seconds."""

    path: Path
    name: str
    caption: RenderedMessage
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    thumbnail: Path | None = None
    as_file: bool = False
    key: str = ""  # identifies the file; a channel may use it to reuse an upload it has already made


class ChannelError(Exception):
    """The messenger could not be reached, or failed; the outbox retries without a limit on attempts."""


class RetryLater(ChannelError):
    """The messenger's rate limit asks for a pause of `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"retry in {seconds:g} s")
        self.seconds = seconds


class MessageRejected(ChannelError):
    """The messenger rejects this particular message; after some attempts it is given up."""


class ChatUnreachable(ChannelError):
    """The chat is deleted, or has blocked the bot: nothing can be delivered to it."""


class MessageNotModified(ChannelError):
    """The edit would not change the message."""


class MessageNotEditable(ChannelError):
    """The message to be edited is deleted or too old; a new one is needed."""


class Channel(Protocol):
    """Outbound side of a messenger. Every method raises ChannelError, and may be called again after a crash.

    `send_text`, `send_video` and `send_file` return the channel's id of the new message.
    """

    name: str
    capabilities: Capabilities

    async def send_text(self, chat_ref: ChatRef, text: RenderedMessage) -> str: ...

    async def edit(self, chat_ref: ChatRef, message_id: str, text: RenderedMessage) -> None: ...

    async def send_video(self, chat_ref: ChatRef, upload: Upload) -> str: ...

    async def send_file(self, chat_ref: ChatRef, upload: Upload) -> str: ...

    async def fetch(self, attachment: Attachment, path: Path) -> str | None:
        """Download an attachment to `path`. Returns its key where it is in the media store already.

        Raises RequestRejected(FILE_TOO_BIG) during the download, without storing the rest, or ChannelError.
        """
        ...


@runtime_checkable
class MessageDeleter(Protocol):
    """Additional protocol of a channel that can delete users' messages (`Capabilities.can_delete`)."""

    async def delete_message(self, chat_ref: ChatRef, message_id: str) -> None:
        """Delete a user's message. Raises ChannelError."""
        ...


class UpdateSink(Protocol):
    """Receiver of a channel's updates (implemented by `bots.core.update_handler.UpdateHandler`)."""

    def save_update(self, update_id: str, body: dict[str, object]) -> bool:
        """Store an update before it is acknowledged to the messenger; False for a duplicate."""

    def list_unhandled(self) -> Sequence[tuple[str, dict[str, object]]]:
        """List stored updates whose handling a crash interrupted, as id and body, oldest first."""

    def claim(self, update_ids: Collection[str]) -> Collection[str]:
        """Claim unhandled updates for this process; those that no other process is handling."""

    def reserve(self, inbound: Inbound) -> float | None:
        """Seconds until a message may be handled, by its sender's limits; None to refuse it. Called as it arrives."""

    async def refuse(self, inbound: Inbound) -> None:
        """Leave a message unanswered that came too fast, and tell its sender so, once a minute."""

    async def handle(self, inbound: Inbound) -> None:
        """Handle a message. Returns when the reply is in the outbox; a message handled before is a no-op."""

    async def ignore(self, update_ids: Sequence[str]) -> None:
        """Mark updates that need no reply as handled."""
