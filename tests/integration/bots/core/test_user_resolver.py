"""Administrators, by whatever id the messenger tells."""

import dataclasses

from fakes.world.users import FakeUser
from fakes.world.world import World

from bots.core.channel import Inbound, Sender


async def is_admin(somebody: FakeUser, sender: Sender) -> bool:
    inbound: Inbound = dataclasses.replace(somebody.build_inbound(text="/unjoin"), sender=sender)
    await somebody.account.handler.handle(inbound)
    await somebody.world.deliver_all()
    return somebody.last_message.text.startswith("To take two chats apart")


async def test_an_administrator_is_known_by_an_alias_and_once_known_without_it(house: World) -> None:
    boss = FakeUser(house, house.get_account("bot", admin_ids=frozenset({"memory:5511", "telegram:1"})), id="9@lid")
    assert not await is_admin(boss, Sender("9@lid", "Ana", "en"))
    assert await is_admin(boss, Sender("9@lid", "Ana", "en", ("5511",)))
    assert await is_admin(boss, Sender("9@lid", "Ana", "en"))
    assert await is_admin(boss, Sender("5511", "Ana", "en"))
    assert not await is_admin(boss, Sender("8@lid", "Bea", "en", ("5512",)))


async def test_somebody_elses_messenger_makes_nobody_an_administrator(house: World) -> None:
    boss = FakeUser(house, house.get_account("bot", admin_ids=frozenset({"telegram:7"})))
    assert not await is_admin(boss, Sender("7", "Ana", "en"))
