"""The whole app in this process, composed by its own composition root, on a manual clock.

Telegram, Stripe and the mail server are fakes; inside the app only the processing of media is stubbed.
"""

import asyncio
import io
import itertools
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import structlog
from fakes import secret_leaks
from fakes.buyers import PageBuyer, TelegramBuyer, extract_code
from fakes.clock import SettableClock
from fakes.page_client import PageClient
from fakes.small_catalogue import build_small_catalogue
from fakes.smtp_server import ReceivedEmail, SmtpServer
from fakes.stripe_api import KEY, FakeStripe
from fakes.telegram_api import TOKEN, FakeTelegram, serve_app
from fakes.world.world import SECRET, World
from fastapi import FastAPI
from structlog.processors import format_exc_info
from structlog.typing import EventDict, Processor

from bots.app import base, web
from bots.app.channels import ChannelRuntime, channel_runtime_for
from bots.app.telegram import build_telegram_gateway
from bots.billing.stripe.client import connect
from bots.billing.stripe.sync import CatalogueSync, SyncTarget
from bots.core.operations import logging_config
from bots.telegram.gateway import TelegramGateway
from models.billing.catalogue import Catalogue, CreditPack
from models.settings import Settings
from pipeline.jobs.queue import QUEUE_NAME
from pipeline.jobs.worker import retention_from
from storage.db import Database

PUBLIC_URL = "https://films.example.com"
DAY = timedelta(days=1)
CLIENT_ADDRESS = ("203.0.113.7", 4711)


def build_full_catalogue() -> Catalogue:
    """One free credit a month, a pack of 500 for reais and Stars, and two plans."""
    catalogue = build_small_catalogue(packs={"500": CreditPack(credits=500, prices={"brl": 7_500, "xtr": 1_100})})
    free = catalogue.plans["free"].model_copy(update={"credits": 1})
    return catalogue.model_copy(update={"plans": catalogue.plans | {"free": free}})


@dataclass
class FullApp:
    """`log_output` is everything logged; `responses` are those of the web server."""

    clock: SettableClock
    stripe: FakeStripe
    telegram: FakeTelegram
    mail_server: SmtpServer
    settings: Settings
    runtime: ChannelRuntime
    web_app: FastAPI
    gateway: TelegramGateway
    world: World
    log_output: io.StringIO
    secrets: dict[str, str]
    loop: asyncio.AbstractEventLoop
    responses: list[str] = field(default_factory=list)

    def create_telegram_buyer(self, user_id: int = 4711) -> TelegramBuyer:
        return TelegramBuyer(self.telegram, self.telegram.get_person(user_id))

    @asynccontextmanager
    async def open_browser(self) -> AsyncIterator[PageClient]:
        """A browser that is not signed in."""
        transport = httpx.ASGITransport(self.web_app, client=CLIENT_ADDRESS)
        async with httpx.AsyncClient(
            transport=transport, base_url=PUBLIC_URL, event_hooks={"response": [self._record_response]}
        ) as http:
            yield PageClient(http)

    @asynccontextmanager
    async def open_page_buyer(self, address: str = "bia@example.com") -> AsyncIterator[PageBuyer]:
        """A web user signed in with the code of an email."""
        async with self.open_browser() as client:
            email_numbers = itertools.count(1)

            async def sign_in() -> None:
                await self._sign_in(client, address, next(email_numbers))

            await sign_in()
            yield PageBuyer(client, sign_in)

    async def _sign_in(self, client: PageClient, address: str, email_number: int) -> None:
        form = {"origin": PUBLIC_URL}
        await client.http.post("/sign-in", data={"email": address}, headers=form)
        code = extract_code((await self.wait_for_email(address, email_number)).text)
        response = await client.http.post("/sign-in/code", data={"email": address, "code": code}, headers=form)
        assert response.status_code == 303

    async def wait_for_email(self, to: str, number: int = 1) -> ReceivedEmail:
        return await asyncio.to_thread(self.mail_server.wait_for_email, to, number)

    async def run_job(self) -> None:
        """Run one job, once one is queued."""
        wakeups = self.runtime.app.queue.broker.queues[QUEUE_NAME]
        await asyncio.to_thread(wakeups.get, timeout=20)
        assert await asyncio.to_thread(self.world.run_job)
        self.runtime.outbox_sender.wake()

    def checkout_session_of(self, link: str) -> str:
        """The id of the Checkout Session of a link."""
        return str(next(one["id"] for one in self.stripe.list_objects("checkout.session") if one["url"] == link))

    async def deliver_webhooks(self) -> None:
        """Deliver Stripe's webhooks now."""
        await asyncio.to_thread(self.stripe.deliver_due)
        await asyncio.to_thread(self._run_workers)

    async def advance(self, **span: float) -> None:
        """Advance the clock a day at a time: Stripe runs what is due and sends webhooks, and the app's workers run."""
        goal = self.clock.now + timedelta(**span)
        while self.clock.now < goal:
            await asyncio.to_thread(self.stripe.advance_to, min(goal, self.clock.now + DAY))
            await asyncio.to_thread(self._run_workers)

    def collect_output(self) -> secret_leaks.WrittenOutput:
        """Everything the app has written so far."""
        calls = [(call.parameters, call.outcome) for call in self.telegram.calls if call.method != "getUpdates"]
        return secret_leaks.WrittenOutput(
            {
                "logs": self.log_output.getvalue(),
                "telegram": str(calls) + "".join(str(chat.bodies) for chat in self.telegram.chats.values()),
                "web": "\n".join(self.responses),
                "letters": "\n".join(mail.text for mail in self.mail_server.emails),
                "database": secret_leaks.dump_database(self.runtime.app.db),
            }
        )

    def list_codes(self) -> dict[str, str]:
        """The codes in all emails."""
        found = [code for mail in self.mail_server.emails for code in re.findall(r"\b\d{6}\b", mail.text)]
        return {f"code {number}": code for number, code in enumerate(found)}

    def find_leaks(self) -> list[str]:
        """Secrets found where they must not be; codes may appear everywhere but in logs, as users type them."""
        output = self.collect_output()
        logs = secret_leaks.WrittenOutput({"logs": output.by_place["logs"]})
        return output.find_secrets(self.secrets) + logs.find_secrets(self.list_codes())

    def post_webhook(self, url: str, headers: dict[str, str], body: bytes) -> int:
        """Post a webhook and process it at once; called from another thread than the loop's."""
        future = asyncio.run_coroutine_threadsafe(self._post(url, headers, body), self.loop)
        status = future.result(30)
        for store in self.runtime.stores.by_name.values():
            store.workers.event_processor.process_due()
        return status

    async def _post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        async with self.open_browser() as client:
            return (await client.http.post(url, content=body, headers=headers)).status_code

    async def _record_response(self, response: httpx.Response) -> None:
        await response.aread()
        self.responses.append(f"{response.status_code} {response.headers} {response.text}")

    def _run_workers(self) -> None:
        """One round of what the app's worker threads do periodically."""
        for store in self.runtime.stores.by_name.values():
            store.workers.event_processor.process_due()
            store.billing.sweep()
            store.workers.customer_search.sweep()
        self.world.sweeper.expire_invoices()
        self.world.sweeper.release_expired_files()
        self.runtime.outbox_sender.wake()


@asynccontextmanager
async def open_full_app(database: Database, clock: SettableClock, folder: Path) -> AsyncIterator[FullApp]:
    """Raises AssertionError at the end if a secret was written anywhere."""
    stripe, telegram = FakeStripe(clock), FakeTelegram()
    async with AsyncExitStack() as stack:
        mail_server = stack.enter_context(SmtpServer())
        stripe_url = stack.enter_context(stripe.serve())
        telegram_url = stack.enter_context(serve_app(telegram.app))
        webhook_secret = await asyncio.to_thread(_sync_catalogue, stripe_url)
        settings = _build_settings(folder, stripe_url, telegram_url, mail_server, webhook_secret)
        log_output = stack.enter_context(_capture_logs(settings))
        world = World.open(
            folder,
            database,
            clock,
            catalogue=build_full_catalogue(),
            retention=retention_from(settings),
        )
        runtime = await asyncio.to_thread(channel_runtime_for, create_app(world, settings))
        app = web.build_page_server(runtime, host="127.0.0.1", port=0).config.app
        assert isinstance(app, FastAPI)
        gateway = build_telegram_gateway(runtime, TOKEN)
        secrets = secret_leaks.list_secrets(
            secret_leaks.SECRET_SETTINGS
            | {"STRIPE_SECRET_KEY": KEY, "TELEGRAM_BOT_TOKEN": TOKEN, "SMTP_URL": secret_leaks.build_smtp_url()}
        )
        secrets["STRIPE_WEBHOOK_SECRET"] = webhook_secret
        loop = asyncio.get_running_loop()
        full_app = FullApp(
            clock, stripe, telegram, mail_server, settings, runtime, app, gateway, world, log_output, secrets, loop
        )
        stripe.send_with(full_app.post_webhook)
        await stack.enter_async_context(app.router.lifespan_context(app))
        stack.push_async_callback(gateway.stop)
        await gateway.start()
        await stack.enter_async_context(runtime.send_messages())  # the threads' work runs here on request
        yield full_app
        leaked = full_app.find_leaks()
        assert not leaked, leaked


def _sync_catalogue(url: str) -> str:
    """Sync the catalogue to Stripe; returns the webhook's signing secret."""
    target = SyncTarget(build_full_catalogue(), lambda item: item.name, webhook_url=f"{PUBLIC_URL}/stripe/webhook")
    secret = CatalogueSync(connect(KEY, url), target, lambda _line: None).run().webhook_secret
    assert secret is not None
    return secret


def _build_settings(
    folder: Path, stripe_url: str, telegram_url: str, mail_server: SmtpServer, webhook_secret: str
) -> Settings:
    values = {
        "data_dir": folder,
        "mode": "production",
        "public_url": PUBLIC_URL,
        "telegram_bot_token": TOKEN,
        "telegram_api_url": telegram_url,
        "stripe_secret_key": KEY,
        "stripe_api_url": stripe_url,
        "smtp_url": secret_leaks.build_smtp_url(mail_server.port),
        **{name.lower(): value for name, value in secret_leaks.SECRET_SETTINGS.items()},
        "stripe_webhook_secret": webhook_secret,
    }
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


def create_app(world: World, settings: Settings) -> base.App:
    """The parts that all processes share, from a world in place of `App.open`."""
    secret = settings.secret_key.get_secret_value().encode() if settings.secret_key else SECRET
    return base.App(settings, world.db, world.store, world.pipeline.queue, world.sandbox, world.pipeline, secret)


@contextmanager
def _capture_logs(settings: Settings) -> Iterator[io.StringIO]:
    """All log output: as `rabisco up` writes it, and unredacted."""
    root, log_output = logging.getLogger(), io.StringIO()
    level = root.level
    logging_config.configure(settings.log_format)
    structlog.configure(
        processors=[_copy_events_to(log_output), *structlog.get_config()["processors"]],
        logger_factory=structlog.PrintLoggerFactory(log_output),
    )
    root.addHandler(logging.StreamHandler())
    handlers = root.handlers[:]
    for handler in handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(log_output)
    try:
        yield log_output
    finally:
        structlog.reset_defaults()
        root.setLevel(level)
        for handler in handlers:
            root.removeHandler(handler)


def _copy_events_to(log_output: io.StringIO) -> Processor:
    def copy_event(logger: object, method: str, event: EventDict) -> EventDict:
        print(format_exc_info(logger, method, dict(event)), file=log_output)
        return event

    return copy_event
