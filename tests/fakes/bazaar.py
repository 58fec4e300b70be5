"""The whole app in this process, composed by its own composition root, on a manual clock.

Telegram, Stripe and the mail server are fakes; inside the app only the processing of media is stubbed.
"""

import asyncio
import io
import itertools
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import structlog
from fakes import leaks
from fakes.buyers import PageBuyer, TelegramBuyer, code_in
from fakes.clock import SettableClock
from fakes.house import BelievingChildren, PatientRenderer
from fakes.mail_server import Mail, MailServer
from fakes.shelf import shelf
from fakes.stripe_api import KEY, FakeStripe
from fakes.telegram_api import TOKEN, FakeTelegram, served
from fakes.telegram_api.people import sample_thumbnail
from fakes.web_client import PageClient
from fastapi import FastAPI
from structlog.processors import format_exc_info
from structlog.typing import EventDict, Processor

from bots.app import web
from bots.billing.stripe.client import connect
from bots.billing.stripe.sync import CatalogueSync, SyncTarget
from bots.core.operations import logging_config
from bots.telegram.gateway import TelegramGateway
from models.billing.catalogue import Catalogue, CreditPack
from models.settings import Settings
from pipeline.jobs.entitlements import Entitlements
from pipeline.jobs.job_runner import JobRunner
from pipeline.jobs.queue import QUEUE_NAME, WakeupQueue, broker_for
from pipeline.jobs.renderer import RenderResult, RenderSpec, Usage
from pipeline.jobs.service import Pipeline
from pipeline.jobs.sweeper import Sweeper
from pipeline.jobs.worker import retention_from
from storage.db import Database
from storage.media.media_store import FolderMediaStore

PUBLIC = "https://films.example.com"
DAY = timedelta(days=1)
CLIENT = ("203.0.113.7", 4711)


class TickingClock(SettableClock):
    """Stands still until advanced, except that every reading is a microsecond later."""

    def __call__(self) -> datetime:
        return self.forward(microseconds=1)


class StagedRenderer(PatientRenderer):
    """With a thumbnail that Telegram accepts."""

    def render(
        self, spec: RenderSpec, progress: Callable[[str, float], None], cancelled: object, usage: Usage
    ) -> RenderResult:
        rendered = super().render(spec, progress, cancelled, usage)
        rendered.film.thumbnail.write_bytes(sample_thumbnail())
        return rendered


def stock() -> Catalogue:
    """One free credit a month, a pack of 500 for reais and Stars, and two plans."""
    found = shelf(packs={"500": CreditPack(credits=500, prices={"brl": 7_500, "xtr": 1_100})})
    free = found.plans["free"].model_copy(update={"credits": 1})
    return found.model_copy(update={"plans": found.plans | {"free": free}})


@dataclass
class Bazaar:
    """`log_output` is everything logged; `responses` are those of the web server."""

    clock: SettableClock
    stripe: FakeStripe
    telegram: FakeTelegram
    mail: MailServer
    settings: Settings
    chats: web.ChannelRuntime
    app: FastAPI
    gateway: TelegramGateway
    workshop: JobRunner
    journal: io.StringIO
    secrets: dict[str, str]
    loop: asyncio.AbstractEventLoop
    answers: list[str] = field(default_factory=list)

    def in_telegram(self, user_id: int = 4711) -> TelegramBuyer:
        return TelegramBuyer(self.telegram, self.telegram.person(user_id))

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[PageClient]:
        """A browser that is not signed in."""
        transport = httpx.ASGITransport(self.app, client=CLIENT)
        async with httpx.AsyncClient(
            transport=transport, base_url=PUBLIC, event_hooks={"response": [self._note]}
        ) as http:
            yield PageClient(http)

    @asynccontextmanager
    async def at_the_page(self, address: str = "bia@example.com") -> AsyncIterator[PageBuyer]:
        """A web user signed in with the code of an email."""
        async with self.browser() as client:
            letters = itertools.count(1)

            async def enter() -> None:
                await self._sign_in(client, address, next(letters))

            await enter()
            yield PageBuyer(client, enter)

    async def _sign_in(self, client: PageClient, address: str, letter: int) -> None:
        form = {"origin": PUBLIC}
        await client.http.post("/sign-in", data={"email": address}, headers=form)
        code = code_in((await self.letter(address, letter)).text)
        answer = await client.http.post("/sign-in/code", data={"email": address, "code": code}, headers=form)
        assert answer.status_code == 303

    async def letter(self, to: str, number: int = 1) -> Mail:
        return await asyncio.to_thread(self.mail.letter, to, number)

    async def works(self) -> None:
        """Run one job, once one is queued."""
        waking = self.chats.app.queue.broker.queues[QUEUE_NAME]
        await asyncio.to_thread(waking.get, timeout=20)
        assert await asyncio.to_thread(self.workshop.run_next_job)
        self.chats.outbox_sender.wake()

    def session(self, link: str) -> str:
        """The id of the Checkout Session of a link."""
        return str(next(one["id"] for one in self.stripe.all("checkout.session") if one["url"] == link))

    async def hears(self) -> None:
        """Deliver Stripe's webhooks now."""
        await asyncio.to_thread(self.stripe.deliver)
        await asyncio.to_thread(self._round)

    async def passes(self, **span: float) -> None:
        """Advance the clock a day at a time: Stripe runs what is due and sends webhooks, and the app's workers run."""
        goal = self.clock.now + timedelta(**span)
        while self.clock.now < goal:
            await asyncio.to_thread(self.stripe.advance_to, min(goal, self.clock.now + DAY))
            await asyncio.to_thread(self._round)

    def written(self) -> leaks.Written:
        """Everything the app has written so far."""
        asked = [(call.parameters, call.outcome) for call in self.telegram.calls if call.method != "getUpdates"]
        return leaks.Written(
            {
                "logs": self.journal.getvalue(),
                "telegram": str(asked) + "".join(str(chat.bodies) for chat in self.telegram.chats.values()),
                "web": "\n".join(self.answers),
                "letters": "\n".join(mail.text for mail in self.mail.mails),
                "database": leaks.everything_kept(self.chats.app.db),
            }
        )

    def codes(self) -> dict[str, str]:
        """The codes in all emails."""
        found = [code for mail in self.mail.mails for code in re.findall(r"\b\d{6}\b", mail.text)]
        return {f"code {number}": code for number, code in enumerate(found)}

    def leaks(self) -> list[str]:
        """Secrets found where they must not be; codes may appear everywhere but in logs, as users type them."""
        written = self.written()
        logs = leaks.Written({"logs": written.places["logs"]})
        return written.holding(self.secrets) + logs.holding(self.codes())

    def tell(self, url: str, headers: dict[str, str], body: bytes) -> int:
        """Post a webhook and process it at once; called from another thread than the loop's."""
        asked = asyncio.run_coroutine_threadsafe(self._posted(url, headers, body), self.loop)
        status = asked.result(30)
        for shop in self.chats.stores.by_name.values():
            shop.workers.event_processor.process_due()
        return status

    async def _posted(self, url: str, headers: dict[str, str], body: bytes) -> int:
        async with self.browser() as client:
            return (await client.http.post(url, content=body, headers=headers)).status_code

    async def _note(self, answer: httpx.Response) -> None:
        await answer.aread()
        self.answers.append(f"{answer.status_code} {answer.headers} {answer.text}")

    def _round(self) -> None:
        """One round of what the app's worker threads do periodically."""
        for shop in self.chats.stores.by_name.values():
            shop.workers.event_processor.process_due()
            shop.billing.sweep()
            shop.workers.customer_search.sweep()
        sweeper = Sweeper(self.workshop, self.chats.app.queue)
        sweeper.expire_invoices()
        sweeper.release_expired_files()
        self.chats.outbox_sender.wake()


@asynccontextmanager
async def open_bazaar(database: Database, clock: SettableClock, folder: Path) -> AsyncIterator[Bazaar]:
    """Raises AssertionError at the end if a secret was written anywhere."""
    stripe, telegram = FakeStripe(clock), FakeTelegram()
    async with AsyncExitStack() as stack:
        mail = stack.enter_context(MailServer())
        stripe_url = stack.enter_context(stripe.served())
        telegram_url = stack.enter_context(served(telegram.app))
        webhook_secret = await asyncio.to_thread(_synced, stripe_url)
        settings = _settings(folder, stripe_url, telegram_url, mail, webhook_secret)
        journal = stack.enter_context(_journal(settings))
        house = _house(database, folder, settings)
        chats = await asyncio.to_thread(web.channel_runtime_for, house)
        app = web.build_page_server(chats, host="127.0.0.1", port=0).config.app
        assert isinstance(app, FastAPI)
        gateway = web.build_telegram_gateway(chats, TOKEN)
        workshop = JobRunner(house.db, house.store, StagedRenderer(), house.pipeline.retention, "tester")  # type: ignore[arg-type]
        secrets = leaks.told(
            leaks.SETTINGS | {"STRIPE_SECRET_KEY": KEY, "TELEGRAM_BOT_TOKEN": TOKEN, "SMTP_URL": leaks.mail_url()}
        )
        secrets["STRIPE_WEBHOOK_SECRET"] = webhook_secret
        loop = asyncio.get_running_loop()
        bazaar = Bazaar(clock, stripe, telegram, mail, settings, chats, app, gateway, workshop, journal, secrets, loop)
        stripe.send_by(bazaar.tell)
        await stack.enter_async_context(app.router.lifespan_context(app))
        stack.push_async_callback(gateway.stop)
        await gateway.start()
        await stack.enter_async_context(_delivering(chats))
        yield bazaar
        found = bazaar.leaks()
        assert not found, found


def _synced(url: str) -> str:
    """Sync the catalogue to Stripe; returns the webhook's signing secret."""
    aim = SyncTarget(stock(), lambda item: item.name, webhook_url=f"{PUBLIC}/stripe/webhook")
    secret = CatalogueSync(connect(KEY, url), aim, lambda _line: None).run().webhook_secret
    assert secret is not None
    return secret


def _settings(folder: Path, stripe_url: str, telegram_url: str, mail: MailServer, webhook_secret: str) -> Settings:
    told = {
        "data_dir": folder,
        "mode": "production",
        "public_url": PUBLIC,
        "telegram_bot_token": TOKEN,
        "telegram_api_url": telegram_url,
        "stripe_secret_key": KEY,
        "stripe_api_url": stripe_url,
        "smtp_url": leaks.mail_url(mail.port),
        **{name.lower(): value for name, value in leaks.SETTINGS.items()},
        "stripe_webhook_secret": webhook_secret,
    }
    return Settings(_env_file=None, **told)  # type: ignore[arg-type]


def _house(database: Database, folder: Path, settings: Settings) -> web.App:
    children = BelievingChildren()
    store, queue = FolderMediaStore(folder / "media"), WakeupQueue(broker_for(""))
    pipeline = Pipeline(
        db=database,
        store=store,
        queue=queue,
        sandbox=children,  # type: ignore[arg-type]
        entitlements=Entitlements(stock()),
        retention=retention_from(settings),
        has_speech_service=True,
    )
    assert settings.secret_key is not None
    secret = settings.secret_key.get_secret_value().encode()
    return web.App(settings, database, store, queue, children, pipeline, secret)  # type: ignore[arg-type]


@asynccontextmanager
async def _delivering(chats: web.ChannelRuntime) -> AsyncIterator[None]:
    """Like `ChannelRuntime.deliver_messages` without the billing threads, whose work runs here on request."""
    work = [asyncio.create_task(chats.outbox_sender.run()), asyncio.create_task(chats.progress_updater.run())]
    try:
        yield
    finally:
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)


@contextmanager
def _journal(settings: Settings) -> Iterator[io.StringIO]:
    """All log output: as `rabisco up` writes it, and unredacted."""
    root, journal = logging.getLogger(), io.StringIO()
    level = root.level
    logging_config.configure(settings.log_format)
    structlog.configure(
        processors=[_overheard(journal), *structlog.get_config()["processors"]],
        logger_factory=structlog.PrintLoggerFactory(journal),
    )
    root.addHandler(logging.StreamHandler())
    handlers = root.handlers[:]
    for handler in handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(journal)
    try:
        yield journal
    finally:
        structlog.reset_defaults()
        root.setLevel(level)
        for handler in handlers:
            root.removeHandler(handler)


def _overheard(journal: io.StringIO) -> Processor:
    def note(logger: object, method: str, event: EventDict) -> EventDict:
        print(format_exc_info(logger, method, dict(event)), file=journal)
        return event

    return note
