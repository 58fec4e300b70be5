"""Reading events: what the golden files of single shapes cannot show."""

import dataclasses

import pytest
from fakes.whatsapp import contents, events
from golden.whatsapp.shapes import AT, BY_LID, BY_PHONE, GROUP, IN_GROUP, ME, SINCE, inbound
from neonize.proto import Neonize_pb2 as N
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message

from bots.core.albums import AlbumHeader
from bots.core.channel import Inbound
from bots.whatsapp.message_reader import (
    OwnIdentity,
    album_id_of,
    build_placeholder,
    deserialize_event,
    parse_album_header,
    parse_message,
    serialize_event,
    update_id_of,
)
from bots.whatsapp.parser import SILENT_FIELDS, WRAPPER_FIELDS, message_from_handle
from bots.whatsapp.quotes import MessageQuote
from models.errors import ErrorCode

EVENTS = inbound()


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_comes_back_from_the_database_as_it_was(name: str) -> None:
    event = EVENTS[name]
    again = deserialize_event(serialize_event(event))
    assert (again.Info, again.Message, again.IsEdit) == (event.Info, event.Message, event.IsEdit)
    assert parse_message(again, ME, SINCE) == parse_message(event, ME, SINCE)


def test_what_is_kept_does_not_hold_the_content_twice() -> None:
    event = EVENTS["picture-with-caption"]
    assert len(str(serialize_event(event))) < 1.5 * len(event.Message.SerializeToString()) * 4 / 3 + 500


def test_the_name_of_an_update_holds_the_chat_because_ids_are_the_senders_own() -> None:
    assert update_id_of(EVENTS["text"]) != update_id_of(EVENTS["text-by-phone"])


def test_an_announced_album_and_its_items_have_the_same_name() -> None:
    parent = EVENTS["album-before"]
    assert parse_album_header(parent) == AlbumHeader(update_id_of(parent), 4)
    content = contents.add_to_album(contents.build_text("x"), parent.Info.ID, "")
    assert album_id_of(events.build_message(content, BY_LID, "other", AT)) == update_id_of(parent)


@pytest.mark.parametrize("name", ["text", "picture", "status", "own"])
def test_what_is_no_album_announces_none(name: str) -> None:
    assert parse_album_header(EVENTS[name]) is None
    assert album_id_of(EVENTS[name]) is None


def test_an_album_of_nobody_knows_how_many_items_is_not_announced() -> None:
    assert parse_album_header(events.build_message(contents.build_album(0), BY_LID, "3EB0", AT)) is None


def test_the_rest_of_an_album_in_a_group_is_for_us_when_its_first_item_was() -> None:
    event = events.build_message(contents.add_to_album(contents.build_text("x"), "3EB0", ""), IN_GROUP, "3EB1", AT)
    assert parse_message(event, ME, SINCE) is None
    assert parse_message(event, ME, SINCE, is_addressed=True) is not None


@pytest.mark.parametrize(("field", "value"), [("isForwarded", True), ("forwardingScore", 3)])
def test_a_forwarded_text_is_told_from_an_own_one_and_in_a_group_is_addressed_to_nobody(field: str, value: int) -> None:
    event = deserialize_event(serialize_event(EVENTS["group-quoting-us"]))
    assert not must_parse(event).is_forwarded
    setattr(event.Message.extendedTextMessage.contextInfo, field, value)
    assert parse_message(event, ME, SINCE) is None
    private = events.build_message(contents.build_text("/start"), BY_LID, "3EB0", AT)
    private.Message.extendedTextMessage.text = private.Message.conversation
    private.Message.ClearField("conversation")
    setattr(private.Message.extendedTextMessage.contextInfo, field, value)
    assert must_parse(private).is_forwarded


def must_parse(event: N.Message) -> Inbound:
    found = parse_message(event, ME, SINCE)
    assert found is not None
    return found


def test_a_number_that_knows_not_yet_who_it_is_is_addressed_by_nobody_in_groups() -> None:
    assert parse_message(EVENTS["group-mention-by-phone"], OwnIdentity(), SINCE) is None
    assert parse_message(EVENTS["text"], OwnIdentity(), SINCE) is not None


def test_somebody_who_is_known_by_phone_alone_has_no_alias() -> None:
    by_phone, by_lid = parse_message(EVENTS["text-by-phone"], ME, SINCE), parse_message(EVENTS["text"], ME, SINCE)
    assert by_phone is not None
    assert by_lid is not None
    assert (by_phone.sender.external_id,) == by_lid.sender.aliases
    only_lid = dataclasses.replace(BY_LID, alternate_sender=events.EMPTY_JID)
    alone = parse_message(events.build_message(contents.build_text("x"), only_lid, "3EB0", AT), ME, SINCE)
    assert alone is not None
    assert (alone.sender.external_id, alone.sender.aliases, alone.sender.language) == (
        by_lid.sender.external_id,
        (),
        None,
    )


def test_the_device_somebody_writes_from_is_no_part_of_who_they_are() -> None:
    found = parse_message(events.build_message(contents.build_text("x"), BY_PHONE, "3EB0", AT), ME, SINCE)
    assert found is not None
    assert ":" not in found.sender.external_id
    quote = MessageQuote.parse(found.message_id)
    assert quote is not None
    assert quote.sender_jid == f"{found.sender.external_id}@s.whatsapp.net"


def test_the_handle_of_a_file_brings_the_message_it_is_downloaded_by() -> None:
    found = parse_message(EVENTS["round-video"], ME, SINCE)
    assert found is not None
    located, sent = (
        message_from_handle(found.attachments[0].handle).videoMessage,
        EVENTS["round-video"].Message.ptvMessage,
    )
    for field in ("URL", "directPath", "mediaKey", "fileEncSHA256", "fileSHA256", "fileLength"):
        assert getattr(located, field) == getattr(sent, field)
    assert not located.JPEGThumbnail


@pytest.mark.parametrize("handle", ["%%%", "AAAA", "zzzzzzzz"])
def test_a_handle_that_is_none_is_not_believed(handle: str) -> None:
    with pytest.raises(ValueError, match="handle"):
        message_from_handle(handle)


def test_a_name_with_nul_is_kept_without_it() -> None:
    origin = dataclasses.replace(BY_LID, name="A\0na")
    found = parse_message(events.build_message(contents.build_text("x"), origin, "3EB0", AT), ME, SINCE)
    assert found is not None
    assert found.sender.name == "Ana"


def test_a_group_is_a_place_of_its_own() -> None:
    found = parse_message(EVENTS["group-quoting-us"], ME, SINCE)
    assert found is not None
    assert (found.chat_ref.chat, found.is_group) == (f"{GROUP}@g.us", True)


def test_an_event_that_the_library_could_not_fill_is_not_ours() -> None:
    event = N.Message()
    assert parse_message(event, ME, SINCE) is None


def test_what_cannot_be_decrypted_is_kept_beside_the_message_that_may_still_come() -> None:
    placeholder, message = EVENTS["undecryptable"], events.build_message(contents.build_text("x"), BY_LID, at=AT)
    found = parse_message(placeholder, ME, SINCE)
    assert found is not None
    assert found.rejection is ErrorCode.MESSAGE_UNREADABLE
    assert found.superseded_by == update_id_of(message)
    assert update_id_of(placeholder) != update_id_of(message)


def test_what_apps_do_not_show_has_no_placeholder() -> None:
    assert build_placeholder(events.build_undecryptable(BY_LID, "3EB0", AT, is_hidden=True)) is None


def test_in_a_group_nobody_knows_whom_an_unreadable_message_was_for() -> None:
    placeholder = build_placeholder(events.build_undecryptable(IN_GROUP, "3EB0", AT))
    assert placeholder is not None
    assert parse_message(placeholder, ME, SINCE) is None


@pytest.mark.parametrize("name", WRAPPER_FIELDS)
def test_whatever_a_picture_is_wrapped_in_it_is_taken_out(name: str) -> None:
    wrapped = Message()
    getattr(wrapped, name).message.CopyFrom(EVENTS["picture"].Message)
    found = parse_message(events.build_message(wrapped, BY_LID, at=AT), ME, SINCE)
    assert found is not None
    assert len(found.attachments) == 1


@pytest.mark.parametrize("field", [field.name for field in Message.DESCRIPTOR.fields if field.message_type])
def test_every_kind_of_message_is_answered_or_known_to_need_no_answer(field: str) -> None:
    content = Message()
    getattr(content, field).SetInParent()
    found = parse_message(events.build_message(content, BY_LID, at=AT), ME, SINCE)
    assert (found is None) == (field in SILENT_FIELDS or field in WRAPPER_FIELDS)
