"""Bots of several businesses in one process, over one Bot API: each is live soon after its token came."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fakes.clock import SettableClock
from fakes.telegram_api import TOKEN, FakeTelegram, TelegramCall, TelegramPerson, errors, serve_app
from fakes.telegram_api.multi_bot import create_multi_bot_app
from fakes.world.described_files import build_picture
from fakes.world.full_app import create_app
from fakes.world.world import World
from sqlmodel import select

from bots.app.channels import ChannelRuntime, channel_runtime_for
from bots.app.telegram import build_bot_manager, build_telegram_gateway, open_leases
from bots.telegram.ownership.bot_manager import POLL_SECONDS, BotManager
from models.identity.people import Account, Tenant
from models.jobs.job import Job
from models.settings import Settings
from storage.db import Database
from storage.identity import people
from storage.messaging import telegram_bots
from storage.tenants import tenants

BAKERY, CAFE = "222222:AAtheBakerysOwnTokenAtTelegram", "333333:AAtheCafesOwnTokenAtTelegram00"
RENEWED = "222222:AAtheBakerysNewTokenAtTelegram"


@dataclass
class Town:
    """The operator's bot, and Telegram with those of two businesses."""

    world: World
    chats: ChannelRuntime
    fleet: BotManager
    fakes: list[FakeTelegram]

    @property
    def db(self) -> Database:
        return self.world.db

    @property
    def main(self) -> FakeTelegram:
        return self.fakes[0]

    @property
    def boss(self) -> TelegramPerson:
        return self.main.get_person(1, first_name="Olga")

    async def says(self, person: TelegramPerson, text: str, answer: str) -> None:
        """Somebody writes, and then reads an answer with these words."""
        await self.reads(person, answer, person.send_text(text)["message_id"])

    async def reads(self, person: TelegramPerson, answer: str, since: int = 0) -> None:
        await person.chat.wait_for_async(lambda message: answer in message.text and message.message_id > since)

    async def brings(self, owner: TelegramPerson, token: str, answer: str) -> None:
        """Somebody brings a token, and reads what became of it."""
        sent = owner.send_text(f"/tenant token {token}")["message_id"]
        await self.reads(owner, "kept sealed", sent)
        await self.fleet.refresh()
        await self.reads(owner, answer, sent)

    async def owned(self, name: str, user_id: int) -> TelegramPerson:
        """A business, and who owns it."""
        await self.says(self.boss, f"/tenant create {name}", f"{name} is there")
        shown = self.boss.chat.messages[-1].text
        owner = self.main.get_person(user_id)
        await self.says(owner, shown.split("\n")[-1], f"{name} is yours")
        return owner

    def bot(self, name: str) -> Account:
        with self.db.read_transaction() as session:
            return session.exec(select(Account).where(Account.name == name, Account.channel == "telegram")).one()

    def change(self, what: Any) -> None:
        with self.db.transaction() as session:
            what(session)

    def work(self) -> None:
        while self.world.run_job():
            pass


@pytest.fixture
async def town(sqlite: Database, clock: SettableClock, tmp_path: Path) -> AsyncIterator[Town]:
    names = (TOKEN, "rabisco_bot"), (BAKERY, "bakery_bot"), (CAFE, "cafe_bot")
    fakes = [FakeTelegram(token, bot_id=int(token[:6]), username=name) for token, name in names]
    async with AsyncExitStack() as stack:
        url = stack.enter_context(serve_app(create_multi_bot_app(fakes)))
        told: dict[str, Any] = {"data_dir": tmp_path, "telegram_api_url": url, "admin_ids": "telegram:1"}
        world = World.open(tmp_path, sqlite, clock)
        chats = channel_runtime_for(create_app(world, Settings(_env_file=None, **told)))
        gateway, fleet = build_telegram_gateway(chats, TOKEN), build_bot_manager(chats, open_leases(stack, chats.app))
        for stop in (gateway.stop, fleet.stop):
            stack.push_async_callback(stop)
        await gateway.start()
        await stack.enter_async_context(chats.deliver_messages())
        yield Town(world, chats, fleet, fakes)


async def test_two_businesses_bots_answer_in_the_process_of_the_operators_and_keep_apart(town: Town) -> None:
    for name, token, user_id, fake in (("bakery", BAKERY, 11, town.fakes[1]), ("cafe", CAFE, 12, town.fakes[2])):
        owner = await town.owned(name, user_id)
        await town.brings(owner, token, f"{name} is live: https://t.me/{name}_bot")
        assert f"@{name}_bot" in telegram_bots.display_name_of(town.bot(token[:6]))
        await town.says(fake.get_person(user_id), "/start", "Hi")
        await town.says(fake.get_person(user_id), "/help", "/stats")
    for fake in town.fakes[1:]:
        fake.get_person(77).send_document(build_picture(), "cat.png", "image/png")
    for fake in town.fakes[1:]:
        await fake.get_person(77).chat.wait_for_async(
            lambda message: "waiting" in message.text.lower() or bool(message.edits)
        )
    town.work()
    for fake in town.fakes[1:]:
        await fake.get_person(77).chat.wait_for_async(lambda message: message.media is not None)
    with town.db.read_transaction() as session:
        jobs = session.exec(select(Job)).all()
        names = {session.get_one(Tenant, job.tenant_id).name for job in jobs}
    assert names == {"bakery", "cafe"}
    assert not town.main.chats.get(77)


async def test_the_message_with_the_token_is_deleted_from_the_owners_chat(town: Town) -> None:
    owner = await town.owned("bakery", 11)
    sent = owner.send_text(f"/tenant token {BAKERY}")
    await town.main.wait_until_async(lambda: BAKERY not in str(owner.chat.bodies))
    (call,) = town.main.list_calls("deleteMessage")
    assert call.parameters == {"chat_id": 11, "message_id": sent["message_id"]}


async def test_a_token_telegram_does_not_accept_is_told_once_and_a_valid_one_takes_its_place(town: Town) -> None:
    owner = await town.owned("bakery", 11)
    await town.brings(owner, RENEWED, "Telegram doesn't accept its token")
    assert telegram_bots.status_of(town.bot("222222")) == "bad-token"
    await town.brings(owner, BAKERY, "is live")
    await town.says(town.fakes[1].get_person(77), "/start", "Hi")


async def test_a_token_that_was_renewed_is_used_from_then_on(town: Town) -> None:
    owner = await town.owned("bakery", 11)
    await town.brings(owner, BAKERY, "is live")
    town.fakes[1].token = RENEWED
    owner.send_text(f"/tenant token {RENEWED}")
    await town.main.wait_until_async(lambda: len(town.main.list_calls("deleteMessage")) == 2)
    await town.fleet.refresh()
    await town.says(town.fakes[1].get_person(77), "/start", "Hi")


async def test_a_bot_another_program_uses_is_told_of_and_harms_no_other(town: Town) -> None:
    owner = await town.owned("bakery", 11)
    town.fakes[1].fail_calls("getUpdates", errors.TWO_POLLERS, times=100)
    await town.brings(owner, BAKERY, "another program receives its messages")
    await town.says(town.boss, "/help", "/tenant")


async def test_a_paused_businesss_bot_answers_with_one_sentence(town: Town) -> None:
    owner = await town.owned("bakery", 11)
    await town.brings(owner, BAKERY, "is live")
    ana = town.fakes[1].get_person(77)
    await town.says(ana, "/start", "Hi")
    await town.says(town.boss, "/tenant pause bakery", "Pause bakery?")
    asked = town.boss.chat.messages[-1]
    town.boss.press_button(asked, "✅ Yes, do it")
    await town.boss.chat.wait_for_async(lambda message: "bakery is paused" in message.text)
    ana.send_document(build_picture(), "cat.png", "image/png")
    await ana.chat.wait_for_async(lambda message: message.text == "I'm closed at the moment. Please come back later.")
    with town.db.read_transaction() as session:
        assert session.exec(select(Job)).all() == []


async def test_the_bot_of_a_business_that_is_erased_is_let_go(town: Town) -> None:
    owner = await town.owned("bakery", 11)
    await town.brings(owner, BAKERY, "is live")
    account = town.bot("222222")
    assert account.id in town.chats.channels

    def erase(session: Any) -> None:
        row = people.get_or_create_tenant(session, "bakery")
        tenants.schedule_removal(row, town.db.clock())
        row.erasing_at = town.db.clock()

    town.change(erase)
    await town.fleet.refresh()
    assert account.id not in town.chats.channels
    before = len(polls(town.fakes[1]))
    town.fakes[1].get_person(77).send_text("/start")
    await town.says(town.boss, "/help", "/tenant")
    assert len(polls(town.fakes[1])) == before


async def test_the_fleet_looks_by_itself_soon_enough(town: Town) -> None:
    assert POLL_SECONDS < 60
    town.fleet.poll_seconds = 0.01
    owner = await town.owned("bakery", 11)
    looking = asyncio.create_task(town.fleet.run())
    await town.says(owner, f"/tenant token {BAKERY}", "is live")
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)


def polls(fake: FakeTelegram) -> list[TelegramCall]:
    return fake.list_calls("getUpdates")
