"""Updates as Telegram sends them, raw, and what is read in them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from telegram import Update

from bots.core.channel import Attachment, AttachmentKind, ChatRef, Inbound, Payment, Sender
from bots.telegram.read import TelegramIdentity, album_of, read_update
from models.errors import ErrorCode

ME = TelegramIdentity(id=777, username="rabisco_bot")
ANA = {"id": 42, "is_bot": False, "first_name": "Ana", "last_name": "Souza", "language_code": "pt-br"}
BOT = {"id": 777, "is_bot": True, "first_name": "Rabisco", "username": "rabisco_bot"}
PRIVATE = {"id": 42, "type": "private", "first_name": "Ana"}
GROUP = {"id": -1001, "type": "supergroup", "title": "Team"}
CHANNEL = {"id": -1002, "type": "channel", "title": "News"}
CHANNEL_BOT = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
HEAD = {"message_id": 9, "date": 1_760_000_000, "chat": PRIVATE, "from": ANA}


def file(handle: str, **more: Any) -> dict[str, Any]:
    return {"file_id": handle, "file_unique_id": f"u-{handle}", **more}


def update(kind: str, content: dict[str, Any]) -> Update:
    return Update.de_json(json.loads(json.dumps({"update_id": 5, kind: content})), None)


def said(**content: Any) -> Inbound | None:
    return read_update(update("message", HEAD | content), ME)


def in_group(**content: Any) -> Inbound | None:
    return said(chat=GROUP, **content)


def the_file(**content: Any) -> Attachment:
    inbound = said(**content)
    assert inbound is not None
    (attachment,) = inbound.attachments
    return attachment


def test_a_text_is_read_with_its_chat_sender_and_time() -> None:
    assert said(text="olá") == Inbound(
        update_ids=("5",),
        chat_ref=ChatRef(chat="42"),
        sender=Sender(external_id="42", name="Ana Souza", language="pt-br"),
        message_id="9",
        text="olá",
        received_at=datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("/start ref_x", "/start ref_x"),
        ("/start@rabisco_bot ref_x", "/start ref_x"),
        ("/help@Rabisco_Bot", "/help"),
        ("/help  with\nlines", "/help  with\nlines"),
        ("not a /command@other_bot", "not a /command@other_bot"),
    ],
)
def test_a_command_is_kept_as_typed_without_our_own_name(typed: str, text: str) -> None:
    inbound = said(text=typed)
    assert inbound is not None
    assert inbound.text == text


def test_a_command_for_another_bot_is_not_for_us() -> None:
    assert said(text="/help@other_bot") is None
    assert in_group(text="/help@other_bot hello @rabisco_bot") is None


def test_the_largest_size_of_a_photo_is_taken_wherever_it_stands() -> None:
    sizes = [
        file("small", width=90, height=60, file_size=1000),
        file("large", width=1280, height=853, file_size=90_000),
        file("middle", width=320, height=213, file_size=9000),
    ]
    assert the_file(photo=sizes) == Attachment(AttachmentKind.PICTURE, "large", size=90_000)


def test_a_caption_is_the_text() -> None:
    inbound = said(photo=[file("p", width=9, height=9)], caption=" Meu gato ")
    assert inbound is not None
    assert inbound.text == "Meu gato"


@pytest.mark.parametrize(
    ("content", "kind", "name"),
    [
        ({"video": {"width": 9, "height": 9, "duration": 1, "file_name": "v.mp4"}}, AttachmentKind.VIDEO, "v.mp4"),
        ({"video_note": {"length": 9, "duration": 1}}, AttachmentKind.VIDEO, ""),
        ({"voice": {"duration": 1}}, AttachmentKind.AUDIO, ""),
        ({"audio": {"duration": 1, "file_name": "a.mp3"}}, AttachmentKind.AUDIO, "a.mp3"),
        ({"document": {"file_name": "a.bin", "mime_type": "image/png"}}, AttachmentKind.PICTURE, "a.bin"),
        ({"document": {"file_name": "a.mkv", "mime_type": "video/x-matroska"}}, AttachmentKind.VIDEO, "a.mkv"),
        ({"document": {"file_name": "a.flac", "mime_type": "audio/flac"}}, AttachmentKind.AUDIO, "a.flac"),
        ({"document": {"file_name": "a.pdf", "mime_type": "application/pdf"}}, AttachmentKind.FILE, "a.pdf"),
        ({"document": {"file_name": "a.MOV", "mime_type": "application/octet-stream"}}, AttachmentKind.VIDEO, "a.MOV"),
        ({"document": {"file_name": "a.webp"}}, AttachmentKind.PICTURE, "a.webp"),
        ({"document": {}}, AttachmentKind.FILE, ""),
    ],
)
def test_each_kind_of_file_is_told_by_its_field_type_or_name(
    content: dict[str, dict[str, Any]], kind: AttachmentKind, name: str
) -> None:
    ((field, about),) = content.items()
    assert the_file(**{field: file("h", file_size=7, **about)}) == Attachment(kind, "h", name, 7)


def test_an_animation_is_one_video_though_it_comes_with_a_document() -> None:
    about = file("anim", file_name="g.mp4", mime_type="video/mp4", file_size=8)
    film = the_file(animation=about | {"width": 9, "height": 9, "duration": 1}, document=about)
    assert film == Attachment(AttachmentKind.VIDEO, "anim", "g.mp4", 8)


def test_a_file_of_unknown_size_is_read_all_the_same() -> None:
    assert the_file(document=file("h")).size is None


def test_a_forwarded_photo_is_like_an_own_one() -> None:
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Zé"}
    assert the_file(photo=[file("p", width=9, height=9)], forward_origin=origin).handle == "p"


FORWARDED: list[dict[str, Any]] = [
    {"forward_origin": {"type": "user", "date": 1, "sender_user": ANA | {"id": 66}}},
    {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Zé"}},
    {"forward_origin": {"type": "channel", "date": 1, "chat": {"id": -3, "type": "channel"}, "message_id": 4}},
    {"via_bot": BOT | {"id": 8, "username": "inline_bot"}},
    {"sender_business_bot": BOT | {"id": 8, "username": "office_bot"}},
]


@pytest.mark.parametrize("content", FORWARDED, ids=lambda content: next(iter(content)))
def test_words_of_another_author_are_told_from_ones_own(content: dict[str, Any]) -> None:
    inbound = said(text="/grant telegram:66 1000", **content)
    assert inbound is not None
    assert inbound.is_forwarded
    own = said(text="/grant telegram:66 1000")
    assert own is not None
    assert not own.is_forwarded


@pytest.mark.parametrize("content", FORWARDED, ids=lambda content: next(iter(content)))
def test_in_a_group_words_of_another_author_are_addressed_to_nobody(content: dict[str, Any]) -> None:
    assert in_group(text="/start@rabisco_bot", **content) is None


def test_an_item_of_an_album_names_its_album() -> None:
    item = update("message", HEAD | {"photo": [file("p", width=9, height=9)], "media_group_id": "77"})
    assert album_of(item) == "77"
    assert album_of(update("message", HEAD | {"text": "x"})) is None


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (
            {"sticker": file("s", type="regular", width=9, height=9, is_animated=False, is_video=False, emoji="👍")},
            "👍",
        ),
        ({"location": {"latitude": 1.0, "longitude": 2.0}}, ""),
        ({"contact": {"phone_number": "1", "first_name": "Z"}}, ""),
        ({"dice": {"emoji": "🎲", "value": 3}}, ""),
        ({"checklist": {"title": "To do", "tasks": [{"id": 1, "text": "eat"}]}}, ""),
        ({"giveaway": {"chats": [PRIVATE], "winners_selection_date": 1, "winner_count": 1}}, ""),
        ({"story": {"chat": PRIVATE, "id": 1}}, ""),
        ({"what_comes_next_year": {"id": 1}}, ""),
    ],
)
def test_what_we_can_do_nothing_with_is_still_answered(content: dict[str, Any], text: str) -> None:
    inbound = said(**content)
    assert inbound is not None
    assert (inbound.text, inbound.attachments) == (text, ())


@pytest.mark.parametrize(
    "content",
    [
        {"pinned_message": HEAD | {"text": "x"}},
        {"new_chat_members": [ANA]},
        {"group_chat_created": True},
        {"write_access_allowed": {"from_request": True}},
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}},
        {"forum_topic_created": {"name": "Films", "icon_color": 7322096}},
        {"users_shared": {"request_id": 1, "users": [{"user_id": 43}]}},
        {"video_chat_started": {}},
        {"checklist_tasks_done": {"marked_as_done_task_ids": [1]}},
    ],
)
def test_a_service_message_needs_no_answer(content: dict[str, Any]) -> None:
    assert said(**content) is None


PAID = {
    "currency": "XTR",
    "total_amount": 350,
    "invoice_payload": "p1",
    "telegram_payment_charge_id": "c1",
    "provider_payment_charge_id": "b",
}


def test_a_payment_is_read_with_its_charge_and_what_the_invoice_carried() -> None:
    inbound = said(successful_payment=PAID)
    assert inbound is not None
    assert inbound.payment == Payment("c1", "p1", "xtr", 350)
    assert (inbound.sender.external_id, inbound.is_group) == ("42", False)


def test_a_refund_that_the_bot_itself_tells_is_of_the_person_of_the_chat() -> None:
    inbound = read_update(update("message", HEAD | {"from": BOT, "refunded_payment": PAID}), ME)
    assert inbound is not None
    assert inbound.payment == Payment("c1", "p1", "xtr", 350, is_refund=True)
    assert inbound.sender == Sender("42")


def test_what_others_can_read_is_told_to_be_in_a_group() -> None:
    query = {"id": "1", "from": ANA, "chat_instance": "c", "data": "plans"}
    choices = [
        read_update(update("callback_query", query | {"message": HEAD | {"from": BOT, "chat": chat}}), ME)
        for chat in (PRIVATE, GROUP)
    ]
    assert [choice.is_group for choice in choices if choice] == [False, True]
    command = in_group(text="/plans@rabisco_bot", entities=[])
    assert command is not None
    assert command.is_group


def test_a_choice_brings_its_data_and_the_message_it_stood_under() -> None:
    query = {"id": "1", "from": ANA, "chat_instance": "c", "data": "cancel:3", "message": HEAD | {"from": BOT}}
    inbound = read_update(update("callback_query", query), ME)
    assert inbound == Inbound(
        update_ids=("5",),
        chat_ref=ChatRef("42"),
        sender=Sender("42", "Ana Souza", "pt-br"),
        message_id="9",
        choice="cancel:3",
    )


def test_a_choice_under_a_message_too_old_to_see_is_read() -> None:
    old = {"message_id": 3, "date": 0, "chat": PRIVATE}
    query = {"id": "1", "from": ANA, "chat_instance": "c", "data": "again", "message": old}
    inbound = read_update(update("callback_query", query), ME)
    assert inbound is not None
    assert (inbound.message_id, inbound.chat_ref) == ("3", ChatRef("42"))


@pytest.mark.parametrize("missing", ["message", "data"])
def test_a_choice_of_an_inline_message_or_a_game_is_not_for_us(missing: str) -> None:
    query = {"id": "1", "from": ANA, "chat_instance": "c", "data": "x", "message": HEAD | {"from": BOT}}
    del query[missing]
    assert read_update(update("callback_query", query), ME) is None


@pytest.mark.parametrize("kind", ["edited_message", "channel_post", "edited_channel_post", "business_message"])
def test_edited_posted_and_business_messages_are_not_for_us(kind: str) -> None:
    assert read_update(update(kind, HEAD | {"text": "/start"}), ME) is None


def test_a_change_of_membership_is_not_for_us() -> None:
    member = {"user": BOT, "status": "member"}
    left = {"user": BOT, "status": "kicked", "until_date": 0}
    change = {"chat": PRIVATE, "from": ANA, "date": 1, "old_chat_member": member, "new_chat_member": left}
    assert read_update(update("my_chat_member", change), ME) is None


@pytest.mark.parametrize(
    "content",
    [
        {"from": BOT | {"id": 8, "username": "other_bot"}},
        {"from": CHANNEL_BOT, "sender_chat": CHANNEL, "is_automatic_forward": True},
    ],
)
def test_only_people_are_listened_to(content: dict[str, Any]) -> None:
    assert in_group(text="/start", **content) is None


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"text": "/start"}, "/start"),
        ({"text": "@Rabisco_bot, draw this"}, "draw this"),
        ({"text": "hey @rabisco_bot"}, "hey"),
        ({"text": "thanks", "reply_to_message": HEAD | {"chat": GROUP, "from": BOT, "text": "here"}}, "thanks"),
        ({"photo": [file("p", width=9, height=9)], "caption": "@rabisco_bot"}, ""),
    ],
)
def test_in_a_group_what_is_addressed_to_us_is_read(content: dict[str, Any], text: str) -> None:
    inbound = in_group(**content)
    assert inbound is not None
    assert (inbound.text, inbound.chat_ref, inbound.sender.external_id) == (text, ChatRef("-1001"), "42")


@pytest.mark.parametrize(
    "content",
    [
        {"text": "good morning"},
        {"text": "ask @rabisco_bottle"},
        {"text": "mail me@rabisco_bot"},
        {"photo": [file("p", width=9, height=9)]},
        {"text": "sure", "reply_to_message": HEAD | {"chat": GROUP, "text": "question"}},
        {"sticker": file("s", type="regular", width=9, height=9, is_animated=False, is_video=False)},
    ],
)
def test_in_a_group_everything_else_is_left_alone(content: dict[str, Any]) -> None:
    assert in_group(**content) is None


@pytest.mark.parametrize(
    ("writer", "place"), [(ANONYMOUS, GROUP), (CHANNEL_BOT, CHANNEL)], ids=["administrator", "channel"]
)
def test_who_writes_as_a_group_or_a_channel_is_told_that_we_do_not_know_them(
    writer: dict[str, Any], place: dict[str, Any]
) -> None:
    photo = [file("p", width=9, height=9)]
    inbound = in_group(photo=photo, caption="@rabisco_bot", sender_chat=place, **{"from": writer})
    assert inbound is not None
    assert (inbound.rejection, inbound.attachments) == (ErrorCode.ANONYMOUS_SENDER, ())
    assert inbound.sender == Sender(str(place["id"]), place["title"])
    assert in_group(text="good morning", sender_chat=place, **{"from": writer}) is None


def test_paid_media_that_are_a_preview_cannot_be_opened() -> None:
    preview = {"type": "preview", "width": 9, "height": 9, "duration": 3}
    inbound = said(paid_media={"star_count": 5, "paid_media": [preview]})
    assert inbound is not None
    assert (inbound.rejection, inbound.attachments) == (ErrorCode.PAID_MEDIA, ())


def test_paid_media_that_telegram_gives_us_are_files_like_others() -> None:
    sizes = [file("small", width=9, height=9), file("large", width=90, height=90)]
    video = file("v", width=9, height=9, duration=1, file_name="v.mp4")
    live = file("l", width=9, height=9, duration=1, photo=[file("still", width=9, height=9)])
    media = [
        {"type": "photo", "photo": sizes},
        {"type": "video", "video": video},
        {"type": "live_photo", "live_photo": live},
    ]
    inbound = said(paid_media={"star_count": 5, "paid_media": media})
    assert inbound is not None
    assert [attachment.handle for attachment in inbound.attachments] == ["large", "v", "still"]
    assert inbound.rejection is None


def test_a_photo_under_a_spoiler_and_one_that_moves_are_photos() -> None:
    photo = [file("p", width=9, height=9)]
    assert the_file(photo=photo, has_media_spoiler=True).handle == "p"
    assert the_file(photo=photo, live_photo=file("l", width=9, height=9, duration=1)).handle == "p"


VIDEO = {"video": file("theirs", width=9, height=9, duration=1)}


def test_a_reply_brings_the_file_it_replies_to() -> None:
    quoted = HEAD | {"message_id": 4} | VIDEO
    inbound = said(document=file("subs", file_name="a.ass", mime_type="audio/aac"), reply_to_message=quoted)
    assert inbound is not None
    assert inbound.quoted_message_id == "4"
    assert inbound.attachments == (Attachment(AttachmentKind.AUDIO, "subs", "a.ass"),)
    assert inbound.quoted_attachments == (Attachment(AttachmentKind.VIDEO, "theirs"),)


def test_a_reply_to_a_message_of_another_chat_brings_its_file_too() -> None:
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Zé"}
    inbound = said(text="/transcript", external_reply={"origin": origin} | VIDEO)
    assert inbound is not None
    assert [attachment.handle for attachment in inbound.quoted_attachments] == ["theirs"]


def test_a_film_of_ours_is_named_in_a_reply_and_not_brought() -> None:
    inbound = said(text="thanks", reply_to_message=HEAD | {"message_id": 4, "from": BOT} | VIDEO)
    assert inbound is not None
    assert (inbound.quoted_message_id, inbound.quoted_attachments) == ("4", ())


@pytest.mark.parametrize("text", ["@rabisco_bot", "@rabisco_bot draw this", "desenha @Rabisco_Bot"])
def test_in_a_group_our_name_under_somebodys_picture_brings_the_picture(text: str) -> None:
    other = ANA | {"id": 43}
    quoted = HEAD | {"message_id": 4, "chat": GROUP, "from": other, "photo": [file("p", width=9, height=9)]}
    inbound = in_group(text=text, reply_to_message=quoted)
    assert inbound is not None
    assert [attachment.handle for attachment in inbound.quoted_attachments] == ["p"]
    assert inbound.sender.external_id == "42"


def test_in_a_group_our_name_alone_is_read() -> None:
    inbound = in_group(text="@rabisco_bot")
    assert inbound is not None
    assert inbound.text == ""


def test_the_rest_of_an_album_that_was_addressed_to_us_is_read() -> None:
    item = update("message", HEAD | {"chat": GROUP, "photo": [file("p", width=9, height=9)], "media_group_id": "7"})
    assert read_update(item, ME) is None
    assert read_update(item, ME, is_addressed=True) is not None


def test_only_messages_of_a_topic_have_a_thread() -> None:
    topic = in_group(text="/start", message_thread_id=4, is_topic_message=True)
    chain = in_group(text="/start", message_thread_id=4)
    assert topic is not None
    assert chain is not None
    assert (topic.chat_ref.thread, chain.chat_ref.thread) == ("4", "")


def test_a_choice_in_a_topic_knows_its_thread() -> None:
    under = HEAD | {"chat": GROUP, "from": BOT, "message_thread_id": 4, "is_topic_message": True}
    query = {"id": "1", "from": ANA, "chat_instance": "c", "data": "x", "message": under}
    inbound = read_update(update("callback_query", query), ME)
    assert inbound is not None
    assert inbound.chat_ref == ChatRef("-1001", "4")
