"""The composition root of every process: settings go in, running parts come out."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fastapi import APIRouter
from telegram import Bot as TelegramBot

from bots.billing.shops import Shops
from bots.core import commands, stars
from bots.core.channel import Channel
from bots.core.desk import Desk
from bots.core.services import Services, services_of
from bots.house import LINKS, Chats, House, chats_of, locks
from bots.locales import LANGUAGES, say
from bots.telegram.application import builder_for
from bots.telegram.fleet import Connected, Fleet
from bots.telegram.gateway import TelegramGateway
from bots.telegram.menu import Profile, follow
from bots.telegram.stars import Refunds
from bots.web.app import WebParts, create_app
from bots.web.guests import owners
from bots.web.page import PageChannel
from bots.web.porch import Porch
from bots.web.server import WebServer, web_server
from bots.web.stripe import Counterfoil, stripe_routes
from bots.web.uploads import Uploads
from models.people import Account
from models.roles import Role
from storage import roster
from storage.bots import Bot

__all__ = [
    "Chats",
    "House",
    "chats_of",
    "locks",
    "page_server",
    "porch",
    "profile",
    "telegram_fleet",
    "telegram_gateway",
    "webhooks",
]

EVERYBODY = frozenset({"*"})


@dataclass(frozen=True, slots=True)
class Counterfoils(Mapping[str, Counterfoil]):
    """Those of the shops there are at the moment: tenants open theirs while we run."""

    shops: Shops

    def __getitem__(self, name: str) -> Counterfoil:
        shop = self.shops.by_name[name]
        if shop.signatures is None:
            raise KeyError(name)
        return Counterfoil(shop.signatures, shop.rounds.inbox.keep, shop.rounds.poke)

    def __iter__(self) -> Iterator[str]:
        return (name for name, shop in list(self.shops.by_name.items()) if shop.signatures is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def webhooks(shops: Shops) -> APIRouter:
    """The ways in for the provider's news, where they can be told from others."""
    return stripe_routes(Counterfoils(shops))


def page_server(chats: Chats, *, host: str, port: int) -> WebServer:
    """The web server with the page. In local mode its person is the owner until something is sold."""
    house = chats.house
    settings = house.settings
    account = house.account("page", "local")
    uploads = Uploads(Path(settings.data_dir).resolve() / "uploads")
    channel = PageChannel(house.db, account.id, uploads)
    is_own = settings.mode == "local" and not settings.sells
    admins = owners(settings.admins, house.secret, account.tenant_id)
    parts = WebParts(
        db=house.db,
        media=house.store,
        secret=house.secret,
        disk=Path(settings.data_dir).resolve(),
        page=channel,
        inlet=chats.desk(account, channel, owners=EVERYBODY if is_own else admins, ways=LINKS),
        mode=settings.mode,
        public_url=settings.public_url,
        porch=porch(chats, account),
        metrics_token=settings.metrics_token.get_secret_value() if settings.metrics_token else "",
        clock=house.db.clock,
        routers=(webhooks(chats.shops),),
        services=Services(house.db, services_of(settings)),
    )
    app = create_app(parts)
    return web_server(app, channel.bell, host=host, port=port, proxies=settings.forwarded_allow_ips)


def porch(chats: Chats, account: Account) -> Porch | None:
    """Where people sign in to the page in production; None where nobody has to, or no code can be sent."""
    house, letters = chats.house, chats.proofs.letters
    if house.settings.mode == "local" or letters is None:
        return None
    return Porch(house.db, account, house.secret, chats.proofs.codes, letters)


def telegram_gateway(chats: Chats, token: str) -> TelegramGateway:
    """The operator's bot of that token; call it inside the running loop."""
    return _gateway(chats, Bot(chats.house.account("telegram", token.partition(":")[0]), token))


def telegram_fleet(chats: Chats) -> Fleet:
    """The bots other tenants bring."""
    return Fleet(chats.house.db, chats.house.secret, partial(_gateway, chats), chats.let_go)


def _gateway(chats: Chats, bot: Bot, connected: Connected | None = None) -> TelegramGateway:
    settings, account = chats.house.settings, bot.account

    def inlet_for(channel: Channel) -> Desk:
        return chats.desk(account, channel, owners=settings.admins, ways=settings.telegram_ways)

    builder = builder_for(bot.token, settings.telegram_api_url)
    refusal = stars.refusal(chats.house.db, account.tenant_id, account.channel)

    shown = profile(chats.house, account)

    async def errand(telegram: TelegramBot) -> None:
        if connected is not None:
            await connected(telegram)
        refunds = Refunds(telegram, chats.house.db)
        menus = follow(telegram, shown, lambda: profile(chats.house, account))
        await asyncio.gather(refunds.run(account.id), menus)

    return TelegramGateway(builder, inlet_for, shown, refusal=refusal, errand=errand)


def profile(house: House, account: Account) -> Profile:
    """What Telegram shows of the bot before anybody writes, and to those who have a role now."""
    is_operator = account.tenant_id == house.tenant().id
    named = (identity.partition(":") for identity in house.settings.admins if is_operator)
    with house.db.reading() as session:
        staff = roster.staff_ids(session, account.tenant_id, "telegram")
    staff |= {external_id: Role.OWNER for channel, _, external_id in named if channel == "telegram"}
    return Profile(
        commands=commands.menu(is_operator=is_operator),
        descriptions={tag: say(tag, "welcome") for tag in LANGUAGES},
        short_descriptions={tag: say(tag, "about") for tag in LANGUAGES},
        staff={each: role for each, role in sorted(staff.items()) if each.isdecimal()},
    )
