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

EVERYTHING = Capabilities(
    has_buttons=True, can_edit=True, max_text=4096, max_caption=1024, max_upload=50_000_000, max_download=20_000_000
)


@dataclass(frozen=True, slots=True)
class Edit:
    """A later content of a message, and when it was edited (monotonic seconds of the channel)."""

    at: float
    text: RenderedMessage


@dataclass(slots=True)
class Shown:
    """A message as a chat shows it now, with its edits."""

    id: str
    place: ChatRef
    now: RenderedMessage
    at: float
    edits: list[Edit] = field(default_factory=list)
    upload: Upload | None = None
    manner: str = "text"

    @property
    def text(self) -> str:
        return self.now.text

    @property
    def choices(self) -> list[Choice]:
        return [choice for row in self.now.choices for choice in row]

    @property
    def labels(self) -> list[str]:
        return [choice.label for choice in self.choices]

    @property
    def invoice(self) -> RenderedInvoice | None:
        return self.now.invoice

    @property
    def reply_to(self) -> str | None:
        return self.now.reply_to

    def data(self, label: str) -> str:
        """The data of the choice whose label contains this."""
        return next(choice.data for choice in self.choices if label in choice.label)


class MemoryChannel:
    """`bots.core.channel.Channel` in memory.

    `faults[method]` are raised by the next calls of that method, one each; None lets a call pass. `blocked_chats[chat]`
    blocks all calls for a chat until it is set, and `fetch_allowed`, while it is not set, all downloads. `files` holds
    what can be fetched, by handle: bytes, or an error.
    """

    name = "memory"

    def __init__(self, monotonic: Callable[[], float], can: Capabilities = EVERYTHING) -> None:
        self.capabilities = can
        self.messages: list[Shown] = []
        self.faults: dict[str, deque[Exception | None]] = defaultdict(deque)
        self.closed: dict[str, asyncio.Event] = {}
        self.files: dict[str, bytes | Exception] = {}
        self.calls: list[str] = []
        self.erased: list[str] = []
        self._monotonic = monotonic
        self._changed = asyncio.Event()
        self.fetching = asyncio.Event()
        self.fetching.set()

    async def send_text(self, chat_ref: ChatRef, text: RenderedMessage) -> str:
        await self._pass("say", chat_ref)
        return self._add(chat_ref, text).id

    async def edit(self, chat_ref: ChatRef, message_id: str, text: RenderedMessage) -> None:
        await self._pass("edit", chat_ref)
        found = self.find(message_id)
        if found is None:
            raise MessageNotEditable(message_id)
        found.edits.append(Edit(self._monotonic(), text))
        found.now = text
        self._changed.set()

    async def send_video(self, chat_ref: ChatRef, upload: Upload) -> str:
        await self._pass("send_video", chat_ref)
        return self._add(chat_ref, upload.caption, upload, "video").id

    async def send_file(self, chat_ref: ChatRef, upload: Upload) -> str:
        await self._pass("send_file", chat_ref)
        return self._add(chat_ref, upload.caption, upload, "file").id

    async def delete_message(self, chat_ref: ChatRef, message_id: str) -> None:
        await self._pass("erase", chat_ref)
        self.erased.append(message_id)

    async def fetch(self, attachment: Attachment, path: Path) -> None:
        self.calls.append("fetch")
        await self.fetching.wait()
        content = self.files[attachment.handle]
        if isinstance(content, Exception):
            raise content
        path.write_bytes(content)  # noqa: ASYNC240 - a few bytes

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait, ten seconds at most, until the predicate holds."""
        async with asyncio.timeout(10):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    def find(self, message: str) -> Shown | None:
        return next((shown for shown in self.messages if shown.id == message), None)

    def in_chat(self, chat: str) -> list[Shown]:
        return [shown for shown in self.messages if shown.place.chat == chat]

    def _add(self, place: ChatRef, text: RenderedMessage, upload: Upload | None = None, manner: str = "text") -> Shown:
        shown = Shown(f"m{len(self.messages) + 1}", place, text, self._monotonic(), upload=upload, manner=manner)
        self.messages.append(shown)
        self._changed.set()
        return shown

    async def _pass(self, method: str, place: ChatRef) -> None:
        self.calls.append(method)
        if place.chat in self.closed:
            await self.closed[place.chat].wait()
        fault = self.faults[method].popleft() if self.faults[method] else None
        if fault is not None:
            raise fault
