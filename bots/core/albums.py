"""Assembly of albums: messengers deliver the items of an album as separate messages."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bots.core.channel import Inbound

MAX_ALBUM_ITEMS = 10  # items in the largest album, where the messenger does not announce how many come
AlbumOwner = tuple[str, str]  # ids of a chat and of the sender in it
SortKey = Callable[[Inbound], Any]
"""Sort key for the items of an album."""


def owner_of(inbound: Inbound) -> AlbumOwner:
    return inbound.chat_ref.chat, inbound.sender.external_id


def keep_arrival_order(_inbound: Inbound) -> int:
    return 0


@dataclass(frozen=True, slots=True)
class AlbumHeader:
    """Announcement of an album, sent before its items: its id, and how many items follow."""

    album_id: str
    item_count: int


@dataclass(slots=True)
class _Album:
    owner: AlbumOwner
    due_at: float
    items: list[Inbound] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _ExpectedAlbum:
    """Announced number of items, and the seconds to wait for the next of them; forgotten after `expires_at`."""

    item_count: int
    quiet_seconds: float
    expires_at: float


class AlbumBuffer:
    """Buffer of incomplete albums. Pure: times are seconds of the caller's clock.

    An album is complete when no item has come for `quiet_seconds`, when it is full, or when its sender sends something
    else. An announced album is full when all of its items are there, and has a longer wait.
    """

    def __init__(
        self, quiet_seconds: float, sort_key: SortKey = keep_arrival_order, max_items: int = MAX_ALBUM_ITEMS
    ) -> None:
        self._quiet_seconds = quiet_seconds
        self._sort_key = sort_key
        self._max_items = max_items
        self._open: dict[str, _Album] = {}
        self._expected: dict[str, _ExpectedAlbum] = {}

    def expect(self, name: str, item_count: int, quiet_seconds: float, now: float) -> None:
        """Register how many items an album will have, and how many seconds to wait for the next of them."""
        self._expected = {
            album_name: expected for album_name, expected in self._expected.items() if expected.expires_at > now
        }
        self._expected[name] = _ExpectedAlbum(max(1, item_count), quiet_seconds, now + 10 * quiet_seconds)

    def add(self, name: str, item: Inbound, now: float) -> Inbound | None:
        """Add an item to its album; returns the merged album when the item completed it."""
        expected = self._expected.get(name) or _ExpectedAlbum(self._max_items, self._quiet_seconds, now)
        album = self._open.setdefault(name, _Album(owner_of(item), now))
        album.items.append(item)
        album.due_at = now + expected.quiet_seconds
        return self._pop(name) if len(album.items) >= expected.item_count else None

    def is_open(self, name: str | None) -> bool:
        return name in self._open

    def pop_due(self, now: float) -> list[Inbound]:
        """Remove and return the albums that have been quiet long enough."""
        return [self._pop(name) for name, album in list(self._open.items()) if album.due_at <= now]

    def close(self, owner: AlbumOwner, except_name: str | None = None) -> list[Inbound]:
        """Remove and return the albums of a sender who has sent something else."""
        names = [name for name, album in self._open.items() if album.owner == owner and name != except_name]
        return [self._pop(name) for name in names]

    def get_next_due(self) -> float | None:
        return min((album.due_at for album in self._open.values()), default=None)

    def _pop(self, name: str) -> Inbound:
        self._expected.pop(name, None)
        return merge_messages(sorted(self._open.pop(name).items, key=self._sort_key))


def merge_messages(messages: Sequence[Inbound]) -> Inbound:
    """Merge several messages into one, with the first one's id and the first caption there is."""
    return replace(
        messages[0],
        update_ids=tuple(update for message in messages for update in message.update_ids),
        text=next((message.text for message in messages if message.text), ""),
        attachments=tuple(attachment for message in messages for attachment in message.attachments),
        is_forwarded=any(message.is_forwarded for message in messages),
    )


class AlbumCollector:
    """Timer around `AlbumBuffer`: passes each complete album to `deliver`, at once and in the running event loop."""

    def __init__(
        self, quiet_seconds: float, deliver: Callable[[Inbound], None], sort_key: SortKey = keep_arrival_order
    ) -> None:
        self._albums = AlbumBuffer(quiet_seconds, sort_key)
        self._callback = deliver
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False

    def expect(self, name: str, item_count: int, quiet_seconds: float) -> None:
        """Register an album of so many items, which come at most so many seconds apart."""
        self._albums.expect(name, item_count, quiet_seconds, asyncio.get_running_loop().time())

    def add(self, name: str, item: Inbound) -> None:
        self.close(owner_of(item), except_name=name)
        if full := self._albums.add(name, item, asyncio.get_running_loop().time()):
            self._deliver(full)
        self._schedule_timer()

    def is_open(self, name: str | None) -> bool:
        return self._albums.is_open(name)

    def close(self, owner: AlbumOwner, except_name: str | None = None) -> None:
        for album in self._albums.close(owner, except_name):
            self._deliver(album)

    def stop(self) -> None:
        """Deliver nothing more. Incomplete albums stay unhandled and are delivered whole after the next start."""
        self._stopped = True
        self._schedule_timer()

    def _deliver(self, album: Inbound) -> None:
        if not self._stopped:
            self._callback(album)

    def _schedule_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
        due = None if self._stopped else self._albums.get_next_due()
        self._timer = None if due is None else asyncio.get_running_loop().call_at(due, self._deliver_due)

    def _deliver_due(self) -> None:
        for album in self._albums.pop_due(asyncio.get_running_loop().time()):
            self._deliver(album)
        self._schedule_timer()
