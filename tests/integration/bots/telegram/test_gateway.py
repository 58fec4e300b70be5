"""The real library's application against the fake Bot API, with a conversation that only listens."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from fakes.telegram_api import FakeTelegram, TelegramPerson, build_photo, build_video, errors, serve_app
from fakes.telegram_api.clients import bot_of, builder_of
from fakes.telegram_api.recording_sink import BlockingAnswer, RecordingSink
from PIL import Image
from telegram import Bot, Update

from bots.core.channel import (
    AttachmentKind,
    Capabilities,
    Channel,
    ChatRef,
    Choice,
    Inbound,
    RenderedMessage,
)
from bots.core.command_menus import CommandHelp, CommandMenus
from bots.core.inbound import InboundLimits
from bots.telegram.application import builder_for
from bots.telegram.channel import CLOUD_API_CAPABILITIES
from bots.telegram.errors import TelegramConfigError
from bots.telegram.gateway import BackgroundTask, TelegramGateway
from bots.telegram.menu import BotProfile, update_staff_menus
from bots.telegram.polling import BAD_TOKEN, TWO_RECEIVERS, GatewayTimings
from models.identity.roles import Role

QUICK = GatewayTimings(
    poll_seconds=5,
    reconnect_seconds=0.05,
    max_conflicts=1,
    inbound=InboundLimits(retry_seconds=60, shutdown_seconds=5),
)
HOME = ChatRef("1001")
LAST_LOOK = "getMyShortDescription"
FILM = b"\x00\x00\x00\x18ftypisom" + b"film" * 500


@asynccontextmanager
async def running(
    fake: FakeTelegram,
    inlet: RecordingSink,
    pace: GatewayTimings = QUICK,
    profile: BotProfile | None = None,
    can: Capabilities = CLOUD_API_CAPABILITIES,
    errand: BackgroundTask | None = None,
) -> AsyncIterator[TelegramGateway]:
    gateway = TelegramGateway(
        builder_of(fake), lambda _channel: inlet, profile, capabilities=can, timings=pace, background_task=errand
    )
    await gateway.start()
    try:
        yield gateway
    finally:
        await gateway.stop()


@pytest.fixture
def person(fake: FakeTelegram) -> TelegramPerson:
    return fake.get_person()


@pytest.fixture
def inlet() -> RecordingSink:
    return RecordingSink()


def picture(shade: int = 0) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (900, 600), (shade, 99, 200)).save(buffer, "PNG")
    return buffer.getvalue()


async def test_what_people_send_reaches_the_conversation_in_order(
    fake: FakeTelegram, person: TelegramPerson, inlet: RecordingSink
) -> None:
    async with running(fake, inlet):
        person.send_text("/start ref_x")
        person.send_photo(picture(), "My cat")
        person.send_video(FILM)
        person.send_document(picture(), "p.png", "image/png")
        person.send_animation(FILM)
        person.send_video_note(FILM)
        person.send_voice(b"OggS")
        heard = await inlet.wait_for_inbounds(7)
    assert [inbound.text for inbound in heard] == ["/start ref_x", "My cat", "", "", "", "", ""]
    assert [file.kind for inbound in heard for file in inbound.attachments] == [
        AttachmentKind.PICTURE,
        AttachmentKind.VIDEO,
        AttachmentKind.PICTURE,
        AttachmentKind.VIDEO,
        AttachmentKind.VIDEO,
        AttachmentKind.AUDIO,
    ]
    assert {inbound.chat_ref for inbound in heard} == {HOME}


async def test_a_photo_that_was_sent_can_be_fetched_at_its_largest(
    fake: FakeTelegram, person: TelegramPerson, inlet: RecordingSink, tmp_path: Any
) -> None:
    async with running(fake, inlet) as gateway:
        person.send_photo(picture())
        (inbound,) = await inlet.wait_for_inbounds(1)
        await gateway.channel.fetch(inbound.attachments[0], tmp_path / "in.jpg")
    with Image.open(tmp_path / "in.jpg") as fetched:
        assert fetched.size == (900, 600)


async def test_a_pressed_button_is_answered_before_the_conversation_is_done_with_it(
    fake: FakeTelegram, person: TelegramPerson
) -> None:
    gate = BlockingAnswer()
    inlet = RecordingSink(gate)
    person.send_text("/start")
    async with running(fake, inlet) as gateway:
        gate.released.set()
        await inlet.wait_for_inbounds(1)
        gate.released.clear()
        said = await gateway.channel.send_text(HOME, RenderedMessage("go on?", choices=((_choice("cancel:1"),),)))
        query = person.press_button(person.chat.messages[0], "Label")
        await fake.wait_until_async(lambda: query in fake.queries.answers)
        assert len(inlet.inbounds) == 1
        gate.released.set()
        heard = await inlet.wait_for_inbounds(2)
    assert (heard[1].choice, heard[1].message_id) == ("cancel:1", said)


async def test_a_press_too_old_to_be_answered_is_handled_all_the_same(
    fake: FakeTelegram, person: TelegramPerson, inlet: RecordingSink
) -> None:
    person.send_text("/start")
    async with running(fake, inlet) as gateway:
        await gateway.channel.send_text(HOME, RenderedMessage("go on?", choices=((_choice("cancel:1"),),)))
        fake.fail_calls("answerCallbackQuery", errors.OLD_QUERY)
        person.press_button(person.chat.messages[0], "cancel:1")
        heard = await inlet.wait_for_inbounds(2)
    assert heard[1].choice == "cancel:1"


def _choice(data: str) -> Choice:
    return Choice(data, "Label")


async def test_an_album_is_one_message_with_all_its_files(
    fake: FakeTelegram, person: TelegramPerson, inlet: RecordingSink
) -> None:
    async with running(fake, inlet):
        person.send_album([build_photo(picture(1)), build_photo(picture(2)), build_video(FILM)], "Holidays")
        (album,) = await inlet.wait_for_inbounds(1)
    assert (len(album.update_ids), album.text, album.message_id) == (3, "Holidays", "1")
    assert [file.kind for file in album.attachments] == [
        AttachmentKind.PICTURE,
        AttachmentKind.PICTURE,
        AttachmentKind.VIDEO,
    ]


async def test_what_follows_an_album_is_handled_after_it_and_without_waiting(
    fake: FakeTelegram, person: TelegramPerson, inlet: RecordingSink
) -> None:
    async with running(fake, inlet, can=replace(CLOUD_API_CAPABILITIES, album_seconds=300)):
        person.send_album([build_photo(picture(1)), build_photo(picture(2))])
        person.send_text("/cancel")
        heard = await inlet.wait_for_inbounds(2)
    assert [(len(inbound.attachments), inbound.text) for inbound in heard] == [(2, ""), (0, "/cancel")]


async def test_an_album_that_was_not_complete_at_the_end_is_whole_after_the_next_start(
    fake: FakeTelegram, person: TelegramPerson, inlet: RecordingSink
) -> None:
    async with running(fake, inlet):
        person.send_album([build_photo(picture(1)), build_photo(picture(2))])
        await inlet.condition.wait_async(lambda: len(inlet.updates) == 2, 20)
    assert inlet.inbounds == []
    async with running(fake, inlet):
        (album,) = await inlet.wait_for_inbounds(1)
    assert len(album.attachments) == 2


async def test_an_album_addressed_to_the_bot_in_a_group_is_taken_whole(
    fake: FakeTelegram, person: TelegramPerson, inlet: RecordingSink
) -> None:
    group = fake.get_group(-1007, topics=(4,))
    async with running(fake, inlet):
        person.send_album(
            [build_photo(picture(1)), build_photo(picture(2))], "@rabisco_bot please", in_chat=group, thread=4
        )
        (album,) = await inlet.wait_for_inbounds(1)
    assert (len(album.attachments), album.text, album.chat_ref) == (2, "please", ChatRef("-1007", "4"))


async def test_one_person_is_answered_in_order_while_others_are_not_kept_waiting(
    fake: FakeTelegram, person: TelegramPerson
) -> None:
    slow = asyncio.Event()

    async def answer(inbound: Inbound) -> None:
        if inbound.text == "slow":
            await slow.wait()

    inlet, other = RecordingSink(answer), fake.get_person(2002)
    async with running(fake, inlet):
        person.send_text("slow")
        person.send_text("second")
        other.send_text("mine")
        (first,) = await inlet.wait_for_inbounds(1)
        assert first.text == "mine"
        slow.set()
        heard = await inlet.wait_for_inbounds(3)
    assert [inbound.text for inbound in heard] == ["mine", "slow", "second"]


async def test_what_needs_no_answer_is_confirmed_and_not_kept(
    fake: FakeTelegram, person: TelegramPerson, inlet: RecordingSink
) -> None:
    async with running(fake, inlet):
        sent = person.send_text("hello")
        person.edit_text(sent, "hello!")
        person.block_bot()
        person.send_text("good morning", in_chat=fake.get_group())
        person.send_text("the end")
        await inlet.wait_for_inbounds(2)
        await fake.wait_until_async(lambda: not fake.updates.pending_ids)
    assert len(fake.updates.sent) == 5
    assert [inbound.text for inbound in inlet.inbounds] == ["hello", "the end"]
    assert len(inlet.updates) == 2


async def test_an_update_is_kept_before_telegram_may_forget_it(
    fake: FakeTelegram, person: TelegramPerson, inlet: RecordingSink
) -> None:
    inlet.failures_left = 1
    person.send_text("important")
    async with running(fake, inlet):
        await inlet.wait_for_inbounds(1)
        assert inlet.failures_left == 0
    first_polls = [call.parameters.get("offset") for call in fake.list_calls("getUpdates")[:2]]
    assert first_polls[0] == first_polls[1]  # asked for again, not confirmed
    assert fake.updates.pending_ids == []


async def test_a_repeated_update_is_handled_once(
    fake: FakeTelegram, person: TelegramPerson, inlet: RecordingSink
) -> None:
    async with running(fake, inlet):
        person.send_text("once")
        await inlet.wait_for_inbounds(1)
        fake.updates.redeliver(fake.updates.sent[0])
        person.send_text("after")
        heard = await inlet.wait_for_inbounds(2)
    assert [inbound.text for inbound in heard] == ["once", "after"]


async def test_what_a_crash_interrupted_is_handled_first_at_the_next_start(
    fake: FakeTelegram, person: TelegramPerson, inlet: RecordingSink
) -> None:
    person.send_photo(picture(), "before the crash")
    (update,) = fake.updates.sent
    inlet.save_update(str(update["update_id"]), Update.de_json(update, None).to_dict())
    person.send_text("after")
    async with running(fake, inlet):
        heard = await inlet.wait_for_inbounds(2)
    assert [inbound.text for inbound in heard] == ["before the crash", "after"]
    assert heard[0].attachments[0].handle == update["message"]["photo"][-1]["file_id"]


async def test_an_update_that_cannot_be_read_any_more_is_put_aside(
    fake: FakeTelegram, person: TelegramPerson, inlet: RecordingSink
) -> None:
    inlet.save_update("old", {"of": "another version"})
    person.send_text("new")
    async with running(fake, inlet):
        await inlet.wait_for_inbounds(1)
    assert inlet.settled_ids == ["old", str(fake.updates.sent[0]["update_id"])]


async def test_a_failure_stays_unhandled_and_is_taken_up_again(fake: FakeTelegram, person: TelegramPerson) -> None:
    failures = iter([True])

    async def answer(_inbound: Inbound) -> None:
        if next(failures, False):
            raise OSError("the database is away")

    inlet = RecordingSink(answer)
    async with running(
        fake, inlet, GatewayTimings(poll_seconds=5, max_conflicts=1, inbound=InboundLimits(retry_seconds=0.1))
    ):
        person.send_text("hello")
        (inbound,) = await inlet.wait_for_inbounds(1)
    assert inbound.text == "hello"
    assert len(inlet.started) == 2


async def test_a_failure_whose_update_telegram_repeats_is_still_taken_up_again(
    fake: FakeTelegram, person: TelegramPerson
) -> None:
    failures = iter([True])

    async def answer(_inbound: Inbound) -> None:
        if next(failures, False):
            fake.updates.redeliver(fake.updates.sent[0])
            raise OSError("the database is away")

    inlet = RecordingSink(answer)
    async with running(
        fake, inlet, GatewayTimings(poll_seconds=5, max_conflicts=1, inbound=InboundLimits(retry_seconds=1))
    ):
        person.send_text("hello")
        await inlet.wait_for_inbounds(1)


async def test_what_is_in_hand_is_not_taken_up_twice(fake: FakeTelegram, person: TelegramPerson) -> None:
    gate = BlockingAnswer()
    inlet = RecordingSink(gate)
    async with running(
        fake, inlet, GatewayTimings(poll_seconds=5, max_conflicts=1, inbound=InboundLimits(retry_seconds=0.02))
    ):
        person.send_text("slow")
        person.send_text("waiting")
        await inlet.condition.wait_async(lambda: len(inlet.updates) == 2, 20)
        looked = inlet.list_count
        await inlet.condition.wait_async(lambda: inlet.list_count >= looked + 2, 20)
        person.send_text("last")
        gate.released.set()
        await inlet.wait_for_inbounds(3)
    assert inlet.handle_count == 3


async def test_the_end_waits_for_what_is_being_handled(fake: FakeTelegram, person: TelegramPerson) -> None:
    gate = BlockingAnswer()
    inlet = RecordingSink(gate)
    async with running(fake, inlet) as gateway:
        person.send_text("slow")
        await inlet.condition.wait_async(lambda: inlet.started, 20)
        ending = asyncio.create_task(gateway.stop())
        await fake.wait_until_async(lambda: fake.list_calls("getUpdates")[-1].parameters.get("timeout") == 0)
        assert not inlet.inbounds
        gate.released.set()
        await ending
    assert [inbound.text for inbound in inlet.inbounds] == ["slow"]


async def test_the_end_does_not_wait_for_ever(fake: FakeTelegram, person: TelegramPerson) -> None:
    interrupted = asyncio.Event()

    async def answer(_inbound: Inbound) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            interrupted.set()
            raise

    inlet = RecordingSink(answer)
    async with running(fake, inlet, GatewayTimings(poll_seconds=5, inbound=InboundLimits(shutdown_seconds=0.05))):
        person.send_text("stuck")
        await inlet.condition.wait_async(lambda: inlet.started, 20)
    assert interrupted.is_set()
    assert [name for name, _ in inlet.list_unhandled()] == [str(fake.updates.sent[0]["update_id"])]


@pytest.mark.parametrize("token", ["123456:AAwrong", "nonsense"])
async def test_a_wrong_token_is_refused_with_a_sentence_that_does_not_show_it(
    fake: FakeTelegram, inlet: RecordingSink, token: str
) -> None:
    gateway = TelegramGateway(builder_of(fake, token), lambda _channel: inlet, timings=QUICK)
    with pytest.raises(TelegramConfigError) as caught:
        await gateway.start()
    assert str(caught.value) == BAD_TOKEN
    assert token not in str(caught.value)
    await gateway.stop()


async def test_a_token_withdrawn_in_the_middle_ends_the_gateway_with_that_sentence(
    fake: FakeTelegram, inlet: RecordingSink
) -> None:
    async with running(fake, inlet, GatewayTimings(poll_seconds=1)) as gateway:
        fake.fail_calls("getUpdates", errors.UNAUTHORIZED, times=5)
        with pytest.raises(TelegramConfigError, match="does not accept the bot token"):
            await asyncio.wait_for(gateway.wait_stopped(), 20)


async def test_a_second_receiver_ends_the_gateway_with_a_sentence(fake: FakeTelegram, inlet: RecordingSink) -> None:
    async with running(fake, inlet) as gateway, bot_of(fake) as other:
        await fake.wait_until_async(lambda: fake.list_calls("getUpdates"))
        await other.get_updates(timeout=0)
        with pytest.raises(TelegramConfigError) as caught:
            await asyncio.wait_for(gateway.wait_stopped(), 20)
    assert str(caught.value) == TWO_RECEIVERS


async def test_one_conflict_as_at_a_restart_is_outlived(
    fake: FakeTelegram, person: TelegramPerson, inlet: RecordingSink
) -> None:
    fake.fail_calls("getUpdates", errors.TWO_POLLERS)
    async with running(fake, inlet, GatewayTimings(poll_seconds=5)) as gateway:
        person.send_text("still here?")
        await inlet.wait_for_inbounds(1)
        assert gateway.error is None


async def test_a_telegram_that_cannot_be_reached_at_first_is_tried_again(
    fake: FakeTelegram, person: TelegramPerson, inlet: RecordingSink
) -> None:
    fake.fail_calls("getMe", errors.BAD_GATEWAY, times=2)
    person.send_text("hello")
    async with running(fake, inlet) as gateway:
        assert "trying again" in gateway.address
        await inlet.wait_for_inbounds(1)
        assert gateway.address == "https://t.me/rabisco_bot"


async def test_pending_updates_are_not_dropped_and_wanted_kinds_are_named(
    fake: FakeTelegram, person: TelegramPerson, inlet: RecordingSink
) -> None:
    person.send_text("sent while the bot was off")
    async with running(fake, inlet):
        await inlet.wait_for_inbounds(1)
    assert set(fake.list_calls("getUpdates")[0].parameters["allowed_updates"]) == {
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
        "pre_checkout_query",
    }


MENU = CommandMenus(
    public={"en": (CommandHelp("help", "What I can do"),), "pt-BR": (CommandHelp("help", "O que sei fazer"),)},
    by_role={Role.OWNER: {"en": (CommandHelp("stats", "Figures"),), "pt-BR": (CommandHelp("stats", "Números"),)}},
)
PROFILE = BotProfile(MENU, {"en": "I draw.", "pt-BR": "Eu desenho."}, {"en": "Draws"}, staff_roles={"1001": Role.OWNER})


async def test_menus_and_descriptions_are_set_for_each_language_and_for_administrators(
    fake: FakeTelegram, person: TelegramPerson, inlet: RecordingSink
) -> None:
    everybody, admin = '{"type": "default"}', f'{{"chat_id": {person.id}, "type": "chat"}}'
    async with running(fake, inlet, profile=PROFILE):
        await fake.wait_until_async(lambda: ("short_description", "en") in fake.profile.texts)
    assert {place: [command["command"] for command in menu] for place, menu in fake.profile.commands.items()} == {
        (everybody, ""): ["help"],
        (everybody, "en"): ["help"],
        (everybody, "pt"): ["help"],
        (admin, ""): ["help", "stats"],
        (admin, "en"): ["help", "stats"],
        (admin, "pt"): ["help", "stats"],
    }
    assert fake.profile.texts["description", "pt"] == "Eu desenho."
    assert fake.profile.texts["description", ""] == "I draw."


async def test_what_telegram_already_shows_is_not_set_again(fake: FakeTelegram, inlet: RecordingSink) -> None:
    async def start_until_looked(times: int) -> None:
        async with running(fake, inlet, profile=PROFILE):
            await fake.wait_until_async(
                lambda: len([call for call in fake.list_calls(LAST_LOOK) if call.outcome]) == times
            )

    await start_until_looked(2)
    await start_until_looked(4)
    assert len(fake.list_calls("setMyCommands")) == 6
    assert len(fake.list_calls("setMyDescription")) == 3


async def test_menus_follow_roles_that_are_given_and_taken(
    fake: FakeTelegram, person: TelegramPerson, inlet: RecordingSink
) -> None:
    """`1001` is an owner no longer, and somebody else helps people now."""
    helps = replace(
        PROFILE,
        commands=replace(MENU, by_role={**MENU.by_role, Role.SUPPORT: {"en": (CommandHelp("users", "Find people"),)}}),
        staff_roles={"2002": Role.SUPPORT},
    )
    async with running(fake, inlet, profile=PROFILE) as gateway:
        await fake.wait_until_async(lambda: ("short_description", "en") in fake.profile.texts)
        await update_staff_menus(gateway.application.bot, PROFILE, helps)
    shown = {place: [command["command"] for command in menu] for place, menu in fake.profile.commands.items()}
    assert shown['{"chat_id": 2002, "type": "chat"}', "en"] == ["help", "users"]
    assert not any(f'"chat_id": {person.id},' in scope for scope, _ in shown)
    assert shown['{"type": "default"}', "en"] == ["help"]


async def test_an_errand_is_done_with_the_gateways_own_bot_until_it_stops(
    fake: FakeTelegram, inlet: RecordingSink
) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def errand(bot: Bot) -> None:
        assert bot.username
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with running(fake, inlet, errand=errand):
        await asyncio.wait_for(begun.wait(), 10)
    assert ended.is_set()


async def test_a_menu_that_cannot_be_set_keeps_nothing_from_working(
    fake: FakeTelegram, person: TelegramPerson, inlet: RecordingSink
) -> None:
    fake.fail_calls("setMyCommands", errors.build_flood_error(3600), times=99)
    person.send_text("hello")
    async with running(fake, inlet, profile=PROFILE):
        await inlet.wait_for_inbounds(1)
        await fake.wait_until_async(lambda: ("description", "pt") in fake.profile.texts)


async def test_what_others_put_into_the_librarys_queue_takes_the_same_way(
    fake: FakeTelegram, person: TelegramPerson, inlet: RecordingSink
) -> None:
    async with running(fake, inlet) as gateway:
        person.send_text("by polling")
        (first,) = await inlet.wait_for_inbounds(1)
        update, bot = fake.updates.sent[0], gateway.application.bot
        await gateway.application.update_queue.put(Update.de_json(update, bot))
        again = update | {"update_id": update["update_id"] + 50}
        await gateway.application.update_queue.put(Update.de_json(again, bot))
        heard = await inlet.wait_for_inbounds(2)
    assert [len(inlet.updates), heard[1].text, first.text] == [2, "by polling", "by polling"]


async def test_over_a_socket_with_people_in_another_thread(fake: FakeTelegram, inlet: RecordingSink) -> None:
    person = fake.get_person()

    def people() -> str:
        """A whole conversation, seen from outside the bot's loop."""
        person.send_text("/start")
        message = person.chat.wait_for(lambda message: message.text == "you said /start")
        person.press_button(message, "again")
        return person.chat.wait_for(lambda message: message.text == "you chose again").text

    with serve_app(fake.app) as address:
        gateway = TelegramGateway(builder_for(fake.token, address), _echo(inlet), timings=QUICK)
        await gateway.start()
        assert await asyncio.to_thread(people) == "you chose again"
        await gateway.stop()


def _echo(inlet: RecordingSink) -> Callable[[Channel], RecordingSink]:
    def made(channel: Channel) -> RecordingSink:
        async def answer(inbound: Inbound) -> None:
            words = f"you chose {inbound.choice}" if inbound.choice else f"you said {inbound.text}"
            await channel.send_text(inbound.chat_ref, RenderedMessage(words, choices=((_choice("again"),),)))

        inlet.on_inbound = answer
        return inlet

    return made
