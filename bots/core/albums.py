"""Assembly of albums: messengers deliver the items of an album as separate messages."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bots.core.channel import Inbound

LARGEST = 10  # items in the largest album, where the messenger does not announce how many come
Owner = tuple[str, str]  # ids of a chat and of the sender in it
Order = Callable[[Inbound], Any]
"""Sort key for the items of an album."""


def owner_of(inbound: Inbound) -> Owner:
    return inbound.place.chat, inbound.sender.external_id


def as_they_came(_inbound: Inbound) -> int:
    return 0


@dataclass(slots=True)
class _Album:
    owner: Owner
    due: float
    items: list[Inbound] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Announced:
    """Announced number of items, and the seconds to wait for the next of them; forgotten after `expires_at`."""

    items: int
    quiet: float
    until: float


class Albums:
    """Buffer of incomplete albums. Pure: times are seconds of the caller's clock.

    An album is complete when no item has come for `quiet_seconds`, when it is full, or when its sender sends something
    else. An announced album is full when all of its items are there, and has a longer wait.
    """

    def __init__(self, quiet: float, order: Order = as_they_came, largest: int = LARGEST) -> None:
        self._quiet = quiet
        self._order = order
        self._largest = largest
        self._open: dict[str, _Album] = {}
        self._announced: dict[str, _Announced] = {}

    def expect(self, name: str, items: int, quiet: float, now: float) -> None:
        """Register how many items an album will have, and how many seconds to wait for the next of them."""
        self._announced = {each: told for each, told in self._announced.items() if told.until > now}
        self._announced[name] = _Announced(max(1, items), quiet, now + 10 * quiet)

    def add(self, name: str, item: Inbound, now: float) -> Inbound | None:
        """Add an item to its album; returns the merged album when the item completed it."""
        told = self._announced.get(name) or _Announced(self._largest, self._quiet, now)
        album = self._open.setdefault(name, _Album(owner_of(item), now))
        album.items.append(item)
        album.due = now + told.quiet
        return self._take(name) if len(album.items) >= told.items else None

    def has(self, name: str | None) -> bool:
        return name in self._open

    def due(self, now: float) -> list[Inbound]:
        """Remove and return the albums that have been quiet long enough."""
        return [self._take(name) for name, album in list(self._open.items()) if album.due <= now]

    def close(self, owner: Owner, but: str | None = None) -> list[Inbound]:
        """Remove and return the albums of a sender who has sent something else."""
        names = [name for name, album in self._open.items() if album.owner == owner and name != but]
        return [self._take(name) for name in names]

    def next_due(self) -> float | None:
        return min((album.due for album in self._open.values()), default=None)

    def _take(self, name: str) -> Inbound:
        self._announced.pop(name, None)
        return joined(sorted(self._open.pop(name).items, key=self._order))


def joined(items: Sequence[Inbound]) -> Inbound:
    """Merge several messages into one, with the first one's id and the first caption there is."""
    return replace(
        items[0],
        updates=tuple(update for item in items for update in item.updates),
        text=next((item.text for item in items if item.text), ""),
        attachments=tuple(file for item in items for file in item.attachments),
    )


class AlbumCollector:
    """Timer around `AlbumBuffer`: passes each complete album to `deliver`, at once and in the running event loop."""

    def __init__(self, quiet: float, deliver: Callable[[Inbound], None], order: Order = as_they_came) -> None:
        self._albums = Albums(quiet, order)
        self._give = deliver
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False

    def expect(self, name: str, items: int, quiet: float) -> None:
        """Register an album of so many items, which come at most so many seconds apart."""
        self._albums.expect(name, items, quiet, asyncio.get_running_loop().time())

    def add(self, name: str, item: Inbound) -> None:
        self.close(owner_of(item), but=name)
        if full := self._albums.add(name, item, asyncio.get_running_loop().time()):
            self._deliver(full)
        self._wind()

    def has(self, name: str | None) -> bool:
        return self._albums.has(name)

    def close(self, owner: Owner, but: str | None = None) -> None:
        for album in self._albums.close(owner, but):
            self._deliver(album)

    def stop(self) -> None:
        """Deliver nothing more. Incomplete albums stay unhandled and are delivered whole after the next start."""
        self._stopped = True
        self._wind()

    def _deliver(self, album: Inbound) -> None:
        if not self._stopped:
            self._give(album)

    def _wind(self) -> None:
        if self._timer:
            self._timer.cancel()
        due = None if self._stopped else self._albums.next_due()
        self._timer = None if due is None else asyncio.get_running_loop().call_at(due, self._ring)

    def _ring(self) -> None:
        for album in self._albums.due(asyncio.get_running_loop().time()):
            self._deliver(album)
        self._wind()
