"""Reading events: what the golden files of single shapes cannot show."""

import dataclasses

import pytest
from fakes.whatsapp import contents, events
from golden.whatsapp.shapes import AT, BY_LID, BY_PHONE, GROUP, IN_GROUP, ME, SINCE, inbound
from neonize.proto import Neonize_pb2 as N

from bots.whatsapp.parser import file_of
from bots.whatsapp.quotes import Quote
from bots.whatsapp.read import Announcement, Me, album_of, announced, kept, name_of, read, revived

EVENTS = inbound()


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_comes_back_from_the_database_as_it_was(name: str) -> None:
    event = EVENTS[name]
    again = revived(kept(event))
    assert (again.Info, again.Message, again.IsEdit) == (event.Info, event.Message, event.IsEdit)
    assert read(again, ME, SINCE) == read(event, ME, SINCE)


def test_what_is_kept_does_not_hold_the_content_twice() -> None:
    event = EVENTS["picture-with-caption"]
    assert len(str(kept(event))) < 1.5 * len(event.Message.SerializeToString()) * 4 / 3 + 500


def test_the_name_of_an_update_holds_the_chat_because_ids_are_the_senders_own() -> None:
    assert name_of(EVENTS["text"]) != name_of(EVENTS["text-by-phone"])


def test_an_announced_album_and_its_items_have_the_same_name() -> None:
    parent = EVENTS["album-before"]
    assert announced(parent) == Announcement(name_of(parent), 4)
    content = contents.in_album(contents.text("x"), parent.Info.ID, "")
    assert album_of(events.message(content, BY_LID, "other", AT)) == name_of(parent)


@pytest.mark.parametrize("name", ["text", "picture", "status", "own"])
def test_what_is_no_album_announces_none(name: str) -> None:
    assert announced(EVENTS[name]) is None
    assert album_of(EVENTS[name]) is None


def test_an_album_of_nobody_knows_how_many_items_is_not_announced() -> None:
    assert announced(events.message(contents.album(0), BY_LID, "3EB0", AT)) is None


def test_the_rest_of_an_album_in_a_group_is_for_us_when_its_first_item_was() -> None:
    event = events.message(contents.in_album(contents.text("x"), "3EB0", ""), IN_GROUP, "3EB1", AT)
    assert read(event, ME, SINCE) is None
    assert read(event, ME, SINCE, addressed=True) is not None


def test_a_number_that_knows_not_yet_who_it_is_is_addressed_by_nobody_in_groups() -> None:
    assert read(EVENTS["group-mention-by-phone"], Me(), SINCE) is None
    assert read(EVENTS["text"], Me(), SINCE) is not None


def test_somebody_who_is_known_by_phone_alone_has_no_alias() -> None:
    by_phone, by_lid = read(EVENTS["text-by-phone"], ME, SINCE), read(EVENTS["text"], ME, SINCE)
    assert by_phone is not None
    assert by_lid is not None
    assert (by_phone.sender.external_id,) == by_lid.sender.aliases
    only_lid = dataclasses.replace(BY_LID, other=events.EMPTY)
    alone = read(events.message(contents.text("x"), only_lid, "3EB0", AT), ME, SINCE)
    assert alone is not None
    assert (alone.sender.external_id, alone.sender.aliases, alone.sender.language) == (
        by_lid.sender.external_id,
        (),
        None,
    )


def test_the_device_somebody_writes_from_is_no_part_of_who_they_are() -> None:
    found = read(events.message(contents.text("x"), BY_PHONE, "3EB0", AT), ME, SINCE)
    assert found is not None
    assert ":" not in found.sender.external_id
    quote = Quote.parse(found.message_id)
    assert quote is not None
    assert quote.writer == f"{found.sender.external_id}@s.whatsapp.net"


def test_the_handle_of_a_file_brings_the_message_it_is_downloaded_by() -> None:
    found = read(EVENTS["round-video"], ME, SINCE)
    assert found is not None
    located, sent = file_of(found.attachments[0].handle).videoMessage, EVENTS["round-video"].Message.ptvMessage
    for field in ("URL", "directPath", "mediaKey", "fileEncSHA256", "fileSHA256", "fileLength"):
        assert getattr(located, field) == getattr(sent, field)
    assert not located.JPEGThumbnail


@pytest.mark.parametrize("handle", ["%%%", "AAAA", "zzzzzzzz"])
def test_a_handle_that_is_none_is_not_believed(handle: str) -> None:
    with pytest.raises(ValueError, match="handle"):
        file_of(handle)


def test_a_name_with_nul_is_kept_without_it() -> None:
    origin = dataclasses.replace(BY_LID, name="A\0na")
    found = read(events.message(contents.text("x"), origin, "3EB0", AT), ME, SINCE)
    assert found is not None
    assert found.sender.name == "Ana"


def test_a_group_is_a_place_of_its_own() -> None:
    found = read(EVENTS["group-quoting-us"], ME, SINCE)
    assert found is not None
    assert (found.chat_ref.chat, found.is_group) == (f"{GROUP}@g.us", True)


def test_an_event_that_the_library_could_not_fill_is_not_ours() -> None:
    event = N.Message()
    assert read(event, ME, SINCE) is None
