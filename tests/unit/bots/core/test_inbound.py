"""What arrives is stored first and handled once, in order, whatever fails and however much it is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from fakes.telegram_api.recording_sink import BlockingAnswer, RecordingSink

from bots.core.albums import AlbumHeader
from bots.core.channel import Attachment, AttachmentKind, ChatRef, Inbound, Sender
from bots.core.inbound import InboundLimits, InboundProcessor, IsAlbumOpen, ParsedMessage, UpdateAdapter
from models.retries import Backoff

Letter = tuple[str, str]
"""An update of a messenger made of words: who sent it, and the text, which is its id too."""

QUICK = InboundLimits(retry_seconds=60, backoff=Backoff(0.01, 0.01), shutdown_seconds=5)


class LetterAdapter(UpdateAdapter[Letter]):
    """`album:` before a text makes it an item of its sender's album, `header:` announces one of two items.

    Texts in `unreadable` are beyond this version of the adapter; "chatter" needs no reply.
    """

    def __init__(self, *, is_redelivered: bool = True) -> None:
        self.is_redelivered = is_redelivered
        self.unreadable: set[str] = set()
        self.acknowledged: list[tuple[str, bool]] = []
        self.released: list[str] = []

    def id_of(self, update: Letter) -> str:
        return update[1]

    def read(self, update: Letter, _is_album_open: IsAlbumOpen) -> ParsedMessage | AlbumHeader | None:
        return AlbumHeader(update[0], 2) if update[1].startswith("header:") else self._parse(*update)

    def serialize(self, update: Letter) -> dict[str, object]:
        return {"person": update[0], "text": update[1]}

    def restore(self, body: dict[str, object]) -> ParsedMessage | None:
        if "text" not in body:
            raise ValueError("not a letter")
        return self._parse(str(body["person"]), str(body["text"]))

    def sort_key(self, item: Inbound) -> str:
        return item.text

    async def acknowledge(self, update: Letter, _inbound: Inbound, *, is_continued: bool) -> None:
        self.acknowledged.append((update[1], is_continued))

    async def release(self, inbound: Inbound) -> None:
        self.released.append(inbound.text)

    def _parse(self, person: str, text: str) -> ParsedMessage | None:
        if text in self.unreadable:
            raise KeyError(text)
        files = (Attachment(AttachmentKind.PICTURE, text),) if text.startswith("album:") else ()
        inbound = Inbound((text,), ChatRef(person), Sender(person), text, text, attachments=files)
        return None if text == "chatter" else ParsedMessage(inbound, person if files else None)


class Station:
    """A processor of letters, and what became of them."""

    def __init__(self, sink: RecordingSink, adapter: LetterAdapter, limits: InboundLimits = QUICK) -> None:
        self.sink = sink
        self.adapter = adapter
        self.inbound = InboundProcessor(sink, adapter, album_seconds=300.0, limits=limits)

    async def bring(self, *texts: str, person: str = "ana") -> list[bool]:
        return [await self.inbound.receive((person, text)) for text in texts]

    async def hear(self, count: int) -> list[str]:
        """The texts of the first so many messages that were handled."""
        return [inbound.text for inbound in await self.sink.wait_for_inbounds(count)]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.inbound.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self.inbound.stop()


@pytest.fixture
def station() -> Station:
    return Station(RecordingSink(), LetterAdapter())


async def test_what_arrives_is_handled_once_and_only_what_is_new_counts(station: Station) -> None:
    assert await station.bring("one", "one", "chatter", "two") == [True, False, False, True]
    assert await station.hear(2) == ["one", "two"]
    assert list(station.sink.updates) == ["one", "two"]
    await station.inbound.stop()
    assert station.adapter.released == ["one", "two"]


async def test_an_error_of_the_database_reaches_a_messenger_that_delivers_again(station: Station) -> None:
    station.sink.failures_left = 1
    with pytest.raises(OSError, match="away"):
        await station.bring("one")
    assert await station.bring("one") == [True]
    assert await station.hear(1) == ["one"]


async def test_what_no_messenger_delivers_again_is_stored_as_soon_as_it_can_be_and_in_order() -> None:
    station = Station(RecordingSink(), LetterAdapter(is_redelivered=False))
    station.sink.failures_left = 3
    await asyncio.gather(station.bring("one"), station.bring("two"), station.bring("three"))
    assert await station.hear(3) == ["one", "two", "three"]


async def test_no_more_wait_to_be_stored_than_memory_has_room_for() -> None:
    limits = InboundLimits(backoff=Backoff(60, 60), max_unsaved=2)
    station = Station(RecordingSink(), LetterAdapter(is_redelivered=False), limits)
    station.sink.failures_left = 1
    waiting = [asyncio.create_task(station.bring(text)) for text in ("one", "two")]
    await asyncio.sleep(0)  # until both wait
    with pytest.raises(asyncio.QueueFull):
        await station.bring("three")
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_more_than_a_process_can_hold_waits_in_the_database_and_keeps_its_order() -> None:
    gate = BlockingAnswer()
    station = Station(RecordingSink(gate), LetterAdapter(), InboundLimits(retry_seconds=60, max_pending=3))
    sent = [f"{number:02}" for number in range(20)]
    async with station.running():
        await station.bring(*sent[:10])
        gate.released.set()
        await station.hear(5)
        await station.bring(*sent[10:])
        assert await station.hear(20) == sent


async def test_what_has_to_wait_is_handled_later_in_its_order_and_what_need_not_goes_first(station: Station) -> None:
    station.sink.waits = {"one": 0.05, "two": 0.1}
    await station.bring("one", "two", "tap")
    assert await station.hear(3) == ["tap", "one", "two"]


async def test_what_is_refused_waits_behind_nothing(station: Station) -> None:
    gate = BlockingAnswer()
    station.sink.on_inbound = gate
    station.sink.waits = {"much": None}
    await station.bring("one", "much")
    assert await station.sink.condition.wait_async(lambda: station.sink.refused, 10)
    assert [inbound.text for inbound in station.sink.refused] == ["much"]
    assert station.sink.inbounds == []
    gate.released.set()
    assert await station.hear(1) == ["one"]


async def test_those_who_wait_for_their_turn_take_nobody_elses_place() -> None:
    sink = RecordingSink()
    station = Station(sink, LetterAdapter(), InboundLimits(retry_seconds=60, max_pending=2, max_concurrent=1))
    sink.waits = {f"{number}": 3600.0 for number in range(9)}
    await station.bring(*sink.waits)
    await station.bring("mine", "and mine", person="bia")
    assert await station.hear(2) == ["mine", "and mine"]
    await station.inbound.stop()


async def test_what_still_waits_at_the_end_is_left_for_the_next_start(station: Station) -> None:
    station.sink.waits = {"one": 1e-6}
    await station.bring("one")
    await station.inbound.stop()
    for _ in range(5):
        await asyncio.sleep(0)  # its time comes, and a handler would start
    assert station.sink.started == []
    following = Station(station.sink, station.adapter)
    await following.inbound.resume_pending()
    assert await following.hear(1) == ["one"]


async def test_what_fails_is_handled_at_the_next_look_and_nothing_is_freed_before(station: Station) -> None:
    station.sink.on_inbound = fail_once()
    await station.bring("one", "two")
    assert await station.hear(1) == ["two"]
    assert station.adapter.released == ["two"]
    await station.inbound.resume_pending()
    assert await station.hear(2) == ["two", "one"]


async def test_kept_updates_that_cannot_be_read_now_are_found_at_the_next_look() -> None:
    class Away(RecordingSink):
        away = True

        def list_unhandled(self) -> Sequence[tuple[str, dict[str, object]]]:
            if self.away:
                raise OSError("the database is away")
            return super().list_unhandled()

    sink = Away()
    sink.save_update("one", {"person": "ana", "text": "one"})
    station = Station(sink, LetterAdapter())
    await station.inbound.resume_pending()
    sink.away = False
    await station.inbound.resume_pending()
    assert await station.hear(1) == ["one"]


async def test_what_a_bug_keeps_from_being_read_is_kept_for_a_version_without_it(station: Station) -> None:
    station.adapter.unreadable = {"odd"}
    assert await station.bring("odd", "plain") == [False, True]
    await station.inbound.resume_pending()
    assert await station.hear(1) == ["plain"]
    station.adapter.unreadable = set()
    await station.inbound.resume_pending()
    assert await station.hear(2) == ["plain", "odd"]


async def test_what_can_never_be_read_is_put_aside_and_does_not_keep_the_others(station: Station) -> None:
    station.sink.save_update("old", {"of": "another version"})
    station.sink.save_update("chatter", {"person": "ana", "text": "chatter"})
    station.sink.save_update("one", {"person": "ana", "text": "one"})
    await station.inbound.resume_pending()
    assert await station.hear(1) == ["one"]
    assert station.sink.settled_ids == ["old", "chatter", "one"]


async def test_what_cannot_be_put_aside_now_keeps_nothing_else_and_is_tried_again() -> None:
    class Stubborn(RecordingSink):
        refusals = 1

        async def ignore(self, update_ids: Sequence[str]) -> None:
            if self.refusals:
                self.refusals -= 1
                raise OSError("the database is away")
            await super().ignore(update_ids)

    station = Station(Stubborn(), LetterAdapter())
    station.sink.save_update("old", {"of": "another version"})
    station.sink.save_update("one", {"person": "ana", "text": "one"})
    await station.inbound.resume_pending()
    await station.hear(1)
    await station.inbound.resume_pending()
    assert station.sink.settled_ids == ["one", "old"]


async def test_an_album_is_sorted_and_acknowledged_as_one_and_complete_when_something_else_follows(
    station: Station,
) -> None:
    await station.bring("album:2", "album:1", "that was it")
    album, text = await station.sink.wait_for_inbounds(2)
    assert (album.update_ids, text.text) == (("album:1", "album:2"), "that was it")
    assert station.adapter.acknowledged == [("album:2", False), ("album:1", True), ("that was it", False)]


async def test_an_announced_album_is_complete_with_its_last_item_and_the_header_is_not_kept(station: Station) -> None:
    assert await station.bring("header:", "album:1", "album:2") == [False, True, True]
    (album,) = await station.sink.wait_for_inbounds(1)
    assert len(album.attachments) == 2
    assert "header:" not in station.sink.updates


async def test_what_arrives_after_the_end_is_kept_for_the_next_start(station: Station) -> None:
    await station.inbound.stop()
    assert await station.bring("late") == [True]
    await asyncio.sleep(0)  # a handler would start
    assert station.sink.started == []
    following = Station(station.sink, station.adapter)
    await following.inbound.resume_pending()
    assert await following.hear(1) == ["late"]


def fail_once() -> Callable[[Inbound], Awaitable[None]]:
    failures = iter([True])

    async def answer(_inbound: Inbound) -> None:
        if next(failures, False):
            raise OSError("the database is away")

    return answer
