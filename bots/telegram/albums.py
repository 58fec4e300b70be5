"""Albums: Telegram sends their items one by one, with nothing to say which is the last."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bots.core.channel import Inbound

LARGEST = 10  # items Telegram puts into one album
Owner = tuple[str, str]  # a chat, and a person in it


def owner_of(inbound: Inbound) -> Owner:
    return inbound.place.chat, inbound.sender.external_id


@dataclass(slots=True)
class _Album:
    owner: Owner
    due: float
    items: list[Inbound] = field(default_factory=list)


class Albums:
    """Which albums are open. Pure: times are seconds of the caller's clock.

    An album is complete when nothing has come for `quiet` seconds, when it is full, or when its owner sends something
    else.
    """

    def __init__(self, quiet: float, largest: int = LARGEST) -> None:
        self._quiet = quiet
        self._largest = largest
        self._open: dict[str, _Album] = {}

    def add(self, name: str, item: Inbound, now: float) -> Inbound | None:
        """Put an item into its album; gives the album when that filled it."""
        album = self._open.setdefault(name, _Album(owner_of(item), now))
        album.items.append(item)
        album.due = now + self._quiet
        return self._take(name) if len(album.items) >= self._largest else None

    def has(self, name: str | None) -> bool:
        return name in self._open

    def due(self, now: float) -> list[Inbound]:
        """Albums that have been quiet long enough; they are open no more."""
        return [self._take(name) for name, album in list(self._open.items()) if album.due <= now]

    def close(self, owner: Owner, but: str | None = None) -> list[Inbound]:
        """The albums of a person who goes on to something else."""
        names = [name for name, album in self._open.items() if album.owner == owner and name != but]
        return [self._take(name) for name in names]

    def next_due(self) -> float | None:
        return min((album.due for album in self._open.values()), default=None)

    def _take(self, name: str) -> Inbound:
        return joined(self._open.pop(name).items)


def joined(items: Sequence[Inbound]) -> Inbound:
    """One message of several, in the order they were sent: under the first one's id, with the first caption."""
    ordered = sorted(items, key=lambda item: int(item.message or 0))
    return replace(
        ordered[0],
        updates=tuple(update for item in ordered for update in item.updates),
        text=next((item.text for item in ordered if item.text), ""),
        attachments=tuple(file for item in ordered for file in item.attachments),
    )


class AlbumCollector:
    """The clock of `Albums`: hands each complete one to `deliver`, at once and in the running loop."""

    def __init__(self, quiet: float, deliver: Callable[[Inbound], None]) -> None:
        self._albums = Albums(quiet)
        self._give = deliver
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False

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
        """Deliver nothing more. What was open stays unhandled and comes back, whole, with the next start."""
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
