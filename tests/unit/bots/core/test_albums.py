"""Albums as a state machine on a clock of the test's own, and in the loop's time."""

import asyncio

from bots.core.albums import AlbumBuffer, AlbumCollector
from bots.core.channel import Attachment, AttachmentKind, ChatRef, Inbound, Sender
from bots.telegram.read import message_number_of


def item(number: int, text: str = "", person: str = "1") -> Inbound:
    return Inbound(
        update_ids=(f"u{number}",),
        chat_ref=ChatRef("c"),
        sender=Sender(person),
        message_id=str(number),
        text=text,
        attachments=(Attachment(AttachmentKind.PICTURE, f"f{number}"),),
    )


def test_an_album_is_complete_once_nothing_has_come_for_a_while() -> None:
    albums = AlbumBuffer(quiet_seconds=1.2)
    albums.add("a", item(1), now=0.0)
    albums.add("a", item(2), now=1.0)
    assert albums.pop_due(2.1) == []
    assert albums.get_next_due() == 2.2
    (album,) = albums.pop_due(2.2)
    assert album.update_ids == ("u1", "u2")
    assert albums.get_next_due() is None
    assert not albums.is_open("a")


def test_a_full_album_waits_for_nothing() -> None:
    albums = AlbumBuffer(quiet_seconds=1.2)
    given = [albums.add("a", item(number), now=0.0) for number in range(1, 11)]
    assert given[:9] == [None] * 9
    assert given[9] is not None
    assert len(given[9].attachments) == 10


def test_what_their_owner_sends_next_completes_albums_but_not_those_of_others() -> None:
    albums = AlbumBuffer(quiet_seconds=1.2)
    albums.add("a", item(1), now=0.0)
    albums.add("b", item(2, person="2"), now=0.0)
    (album,) = albums.close(("c", "1"))
    assert album.update_ids == ("u1",)
    assert albums.is_open("b")
    assert albums.close(("c", "2"), except_name="b") == []


def test_an_album_is_told_in_order_under_its_first_message_with_the_first_caption() -> None:
    albums = AlbumBuffer(quiet_seconds=1.2, sort_key=message_number_of)
    for each in (item(12, "second"), item(9), item(10, "first")):
        albums.add("a", each, now=0.0)
    (album,) = albums.pop_due(1.2)
    assert album.message_id == "9"
    assert album.text == "first"
    assert album.update_ids == ("u9", "u10", "u12")
    assert [file.handle for file in album.attachments] == ["f9", "f10", "f12"]


def test_an_album_that_was_announced_is_waited_for_and_complete_with_its_last_item() -> None:
    albums = AlbumBuffer(quiet_seconds=1.2)
    albums.expect("a", 3, quiet_seconds=15.0, now=0.0)
    albums.expect("b", 2, quiet_seconds=15.0, now=0.0)
    assert albums.add("a", item(1), now=1.0) is None
    assert albums.add("b", item(2, person="2"), now=2.0) is None
    assert albums.pop_due(15.9) == []
    assert albums.add("a", item(3), now=15.9) is None
    full = albums.add("a", item(4), now=20.0)
    assert full is not None
    assert full.update_ids == ("u1", "u3", "u4")
    (cut_short,) = albums.pop_due(17.0)
    assert cut_short.update_ids == ("u2",)


def test_what_was_announced_is_not_remembered_for_ever() -> None:
    albums = AlbumBuffer(quiet_seconds=1.2)
    albums.expect("a", 2, quiet_seconds=1.0, now=0.0)
    albums.expect("b", 2, quiet_seconds=1.0, now=10.5)
    albums.add("a", item(1), now=11.0)
    albums.add("a", item(2), now=11.0)
    assert albums.is_open("a")


async def test_the_collector_hands_over_what_is_due_and_nothing_once_it_is_stopped() -> None:
    delivered: list[Inbound] = []
    going, stopped = AlbumCollector(0.0, delivered.append), AlbumCollector(0.0, delivered.append)
    stopped.add("b", item(2))
    stopped.stop()
    going.add("a", item(1))
    done = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(0.01, done.set_result, None)  # after both would have rung
    await done
    stopped.add("c", item(3))
    stopped.close(("c", "1"))
    assert [album.update_ids for album in delivered] == [("u1",)]
