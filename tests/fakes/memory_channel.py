"""Channel in memory: records what users would see in their chats, and raises faults on request."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bots.core.channel import (
    Attachment,
    Capabilities,
    ChatRef,
    Choice,
    MessageNotEditable,
    RenderedInvoice,
    RenderedMessage,
    Upload,
)

ALL_CAPABILITIES = Capabilities(
    has_buttons=True, can_edit=True, max_text=4096, max_caption=1024, max_upload=50_000_000, max_download=20_000_000
)


@dataclass(frozen=True, slots=True)
class ChatMessageEdit:
    """A later content of a message, and when it was edited (monotonic seconds of the channel)."""

    edited_at: float
    text: RenderedMessage


@dataclass(slots=True)
class ChatMessage:
    """A message as a chat shows it now, with its edits."""

    id: str
    chat_ref: ChatRef
    content: RenderedMessage
    sent_at: float
    edits: list[ChatMessageEdit] = field(default_factory=list)
    upload: Upload | None = None
    kind: str = "text"

    @property
    def text(self) -> str:
        return self.content.text

    @property
    def choices(self) -> list[Choice]:
        return [choice for row in self.content.choices for choice in row]

    @property
    def labels(self) -> list[str]:
        return [choice.label for choice in self.choices]

    @property
    def invoice(self) -> RenderedInvoice | None:
        return self.content.invoice

    @property
    def reply_to(self) -> str | None:
        return self.content.reply_to

    def get_choice_data(self, label: str) -> str:
        """The data of the choice whose label contains this."""
        return next(choice.data for choice in self.choices if label in choice.label)


class MemoryChannel:
    """`bots.core.channel.Channel` in memory.

    `faults[method]` are raised by the next calls of that method, one each; None lets a call pass. `blocked_chats[chat]`
    blocks all calls for a chat until it is set, and `fetch_allowed`, while it is not set, all downloads. `files` holds
    what can be fetched, by handle: bytes, or an error.
    """

    name = "memory"

    def __init__(self, monotonic: Callable[[], float], capabilities: Capabilities = ALL_CAPABILITIES) -> None:
        self.capabilities = capabilities
        self.messages: list[ChatMessage] = []
        self.faults: dict[str, deque[Exception | None]] = defaultdict(deque)
        self.blocked_chats: dict[str, asyncio.Event] = {}
        self.files: dict[str, bytes | Exception] = {}
        self.calls: list[str] = []
        self.deleted_messages: list[str] = []
        self._monotonic = monotonic
        self._changed = asyncio.Event()
        self.fetch_allowed = asyncio.Event()
        self.fetch_allowed.set()

    async def send_text(self, chat_ref: ChatRef, text: RenderedMessage) -> str:
        await self._simulate_call("say", chat_ref)
        return self._add(chat_ref, text).id

    async def edit(self, chat_ref: ChatRef, message_id: str, text: RenderedMessage) -> None:
        await self._simulate_call("edit", chat_ref)
        found = self.find_message(message_id)
        if found is None:
            raise MessageNotEditable(message_id)
        found.edits.append(ChatMessageEdit(self._monotonic(), text))
        found.content = text
        self._changed.set()

    async def send_video(self, chat_ref: ChatRef, upload: Upload) -> str:
        await self._simulate_call("send_video", chat_ref)
        return self._add(chat_ref, upload.caption, upload, "video").id

    async def send_file(self, chat_ref: ChatRef, upload: Upload) -> str:
        await self._simulate_call("send_file", chat_ref)
        return self._add(chat_ref, upload.caption, upload, "file").id

    async def delete_message(self, chat_ref: ChatRef, message_id: str) -> None:
        await self._simulate_call("erase", chat_ref)
        self.deleted_messages.append(message_id)

    async def fetch(self, attachment: Attachment, path: Path) -> None:
        self.calls.append("fetch")
        await self.fetch_allowed.wait()
        self._raise_fault("fetch")
        content = self.files[attachment.handle]
        if isinstance(content, Exception):
            raise content
        path.write_bytes(content)  # noqa: ASYNC240 - a few bytes

    async def wait_until(self, predicate: Callable[[], bool]) -> None:
        """Wait, ten seconds at most, until the predicate holds."""
        async with asyncio.timeout(10):
            while not predicate():
                self._changed.clear()
                await self._changed.wait()

    def find_message(self, message_id: str) -> ChatMessage | None:
        return next((each for each in self.messages if each.id == message_id), None)

    def list_chat_messages(self, chat: str) -> list[ChatMessage]:
        return [message for message in self.messages if message.chat_ref.chat == chat]

    def _add(
        self, chat_ref: ChatRef, text: RenderedMessage, upload: Upload | None = None, kind: str = "text"
    ) -> ChatMessage:
        message = ChatMessage(f"m{len(self.messages) + 1}", chat_ref, text, self._monotonic(), upload=upload, kind=kind)
        self.messages.append(message)
        self._changed.set()
        return message

    async def _simulate_call(self, method: str, chat_ref: ChatRef) -> None:
        self.calls.append(method)
        if chat_ref.chat in self.blocked_chats:
            await self.blocked_chats[chat_ref.chat].wait()
        self._raise_fault(method)

    def _raise_fault(self, method: str) -> None:
        fault = self.faults[method].popleft() if self.faults[method] else None
        if fault is not None:
            raise fault
