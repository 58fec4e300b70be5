"""Secrets stay secret, whatever goes wrong; and the search for them would find them."""

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest
import structlog
from fakes.buyers import extract_code
from fakes.clock import TICK, SettableClock
from fakes.secret_leaks import MAIL_PASSWORD, SECRET_SETTINGS, WrittenOutput
from fakes.stripe_api import KEY
from fakes.telegram_api import TOKEN, errors
from fakes.telegram_api.clients import builder_of
from fakes.telegram_api.recording_sink import RecordingSink
from fakes.world.described_files import build_picture
from fakes.world.full_app import PUBLIC_URL, FullApp, open_full_app
from sqlmodel import select

from bots.billing.provider import ProviderUnavailable, WebhookEvent
from bots.billing.stripe.provider import StripeProvider
from bots.core.delivery.email import Email
from bots.telegram.errors import TelegramConfigError
from bots.telegram.gateway import TelegramGateway
from models.billing.payments import ProviderEvent
from storage.db import Database

SIGNED_BY_NOBODY = {"stripe-signature": "t=1,v1=00"}
TOKEN_OF_NOBODY = "123456:AAtokenThatNobodyKnows"


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(tick=TICK)


@pytest.fixture
async def bazaar(sqlite: Database, clock: SettableClock, tmp_path: Path) -> AsyncIterator[FullApp]:
    """What is written here is searched for secrets at the end."""
    async with open_full_app(sqlite, clock, tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("status", [401, 403, 409, 429, 500])
async def test_a_stripe_that_refuses_leaves_no_secret_behind(bazaar: FullApp, status: int) -> None:
    buyer = bazaar.create_telegram_buyer()
    bazaar.stripe.fail_calls("POST /v1/checkout/sessions", status=status, times=2)
    await buyer.send_text("/plans")
    await buyer.press_button("💎 500 credits")
    await buyer.wait_for_text("I'm preparing your link")
    for _ in range(3):
        await bazaar.advance(seconds=30)
    await buyer.wait_for_link("Pix/card R$75.00")
    bazaar.stripe.pay(bazaar.checkout_session_of(await buyer.wait_for_link("Pix/card R$75.00")))
    await bazaar.deliver_webhooks()
    await buyer.wait_for_text("500 credits are here")


async def test_news_that_are_not_true_leave_no_secret_behind(bazaar: FullApp) -> None:
    async with bazaar.open_browser() as client:
        told = [
            await client.http.post("/stripe/webhook", content=body, headers=SIGNED_BY_NOBODY)
            for body in (b"{}", b"\xff", bytes(1_000_001))
        ]
        assert [answer.status_code for answer in told] == [400, 400, 413]
        bearer = {"authorization": f"Bearer {SECRET_SETTINGS['METRICS_TOKEN']}"}
        assert (await client.http.get("/metrics", headers=bearer)).status_code == 200
        assert (await client.http.get("/metrics", headers={"authorization": "Bearer no"})).status_code == 404
    (shop,) = bazaar.runtime.stores.by_name.values()
    for number, kind in enumerate(("checkout.session.completed", "invoice.paid", "charge.refunded")):
        told_of = WebhookEvent(f"evt_{number}", kind, "ch_nobody", livemode=False, created_at=bazaar.clock())
        assert await asyncio.to_thread(shop.workers.event_processor.save, told_of)
    await bazaar.deliver_webhooks()
    with bazaar.runtime.app.db.read_transaction() as session:
        assert all(event.error for event in session.exec(select(ProviderEvent)))


async def test_a_mail_server_that_refuses_leaves_no_secret_behind(bazaar: FullApp) -> None:
    buyer = bazaar.create_telegram_buyer()
    bazaar.mail_server.rejection = "550 no such box"
    await buyer.send_text("/email ana@example.com")
    await buyer.wait_for_text("couldn't be sent")
    async with bazaar.open_browser() as client:
        await client.http.post("/sign-in", data={"email": "bia@example.com"}, headers={"origin": PUBLIC_URL})
    bazaar.mail_server.rejection = None
    await buyer.send_text("/email ana@example.com")
    await buyer.send_text(extract_code((await bazaar.wait_for_email("ana@example.com")).text))
    await buyer.wait_for_text("Nothing was paid with that address")
    assert ("films", MAIL_PASSWORD) in bazaar.mail_server.logins


async def test_a_film_that_fails_and_a_telegram_that_is_away_leave_no_secret_behind(bazaar: FullApp) -> None:
    buyer = bazaar.create_telegram_buyer()
    bazaar.world.renderer.error = RuntimeError("a bug of ours")
    bazaar.telegram.fail_calls("sendMessage", errors.BAD_GATEWAY)
    await buyer.send_picture(build_picture())
    await bazaar.run_job()
    for _ in range(3):
        await bazaar.advance(minutes=5)
        await asyncio.to_thread(bazaar.world.run_job)
    await bazaar.advance(minutes=5)
    await buyer.wait_for_text("Something")
    assert "a bug of ours" in bazaar.log_output.getvalue()


async def test_a_bot_token_that_is_withdrawn_is_told_without_it(bazaar: FullApp) -> None:
    bazaar.telegram.fail_calls("*", errors.UNAUTHORIZED, times=50)
    await bazaar.create_telegram_buyer().send_text("/start")  # which ends the poll under way
    with pytest.raises(TelegramConfigError) as refused:
        await bazaar.gateway.wait_stopped()
    assert TOKEN.partition(":")[2] not in str(refused.value)
    assert "telegram-stopped" in bazaar.log_output.getvalue()


async def test_keys_nobody_knows_are_refused_in_words_without_them(bazaar: FullApp) -> None:
    gateway = TelegramGateway(builder_of(bazaar.telegram, TOKEN_OF_NOBODY), lambda _channel: RecordingSink())
    with pytest.raises(TelegramConfigError) as refused:
        await gateway.start()
    await gateway.stop()
    stranger = "sk_test_aKeyThatNobodyKnows"
    with pytest.raises(ProviderUnavailable) as away:
        await asyncio.to_thread(
            StripeProvider.from_key(stranger, bazaar.settings.stripe_api_url).retrieve_checkout_session, "cs_1"
        )
    said = WrittenOutput({"errors": f"{refused.value!r} {away.value!r}", "logs": bazaar.log_output.getvalue()})
    unknown = {"token": TOKEN_OF_NOBODY.partition(":")[2], "key": stranger}
    assert said.find_secrets(bazaar.secrets | unknown) == []


async def test_the_search_finds_a_secret_wherever_one_is_written(
    sqlite: Database, clock: SettableClock, tmp_path: Path
) -> None:
    opened = open_full_app(sqlite, clock, tmp_path)
    bazaar = await opened.__aenter__()
    await tell_secrets_everywhere(bazaar)
    assert bazaar.find_leaks() == [
        "GROQ_API_KEY in logs",
        "METRICS_TOKEN in web",
        "SMTP_URL in logs",
        "STRIPE_SECRET_KEY in database",
        "STRIPE_SECRET_KEY in letters",
        "STRIPE_SECRET_KEY in logs",
        "TELEGRAM_BOT_TOKEN in telegram",
        "code 0 in logs",
    ]
    with pytest.raises(AssertionError, match="STRIPE_SECRET_KEY in database"):
        await opened.__aexit__(None, None, None)


async def tell_secrets_everywhere(bazaar: FullApp) -> None:
    """One mistake of each kind."""
    log = structlog.get_logger("a mistake")
    log.warning("refused", key=KEY)
    log.info("fetched", address=f"https://example.com/?key={quote(SECRET_SETTINGS['GROQ_API_KEY'])}")
    try:
        int(MAIL_PASSWORD)
    except ValueError:
        log.exception("failed")
    with bazaar.runtime.app.db.transaction() as session:
        (tenant,) = bazaar.runtime.stores.by_tenant
        session.add(ProviderEvent(tenant_id=tenant, external_id="evt_1", kind="x", object_id="y", error=f"with {KEY}"))
    letters = bazaar.runtime.email_verification.email_sender
    assert letters is not None
    await asyncio.to_thread(letters.send, Email("ana@example.com", "Hello", f"{KEY}\n"))
    buyer = bazaar.create_telegram_buyer()
    await buyer.send_text("/start")
    await buyer.wait_for_text("I")
    await bazaar.gateway.application.bot.send_message(buyer.person.id, TOKEN)
    async with bazaar.open_browser() as client:
        await client.http.post(
            "/sign-in", data={"email": SECRET_SETTINGS["METRICS_TOKEN"]}, headers={"origin": PUBLIC_URL}
        )
    log.info("email-logged", code="123456")
    await asyncio.to_thread(letters.send, Email("ana@example.com", "A code", "123456\n"))


@pytest.mark.parametrize("before", ["", "a", "ab", "user:"])
def test_a_secret_is_found_in_other_spellings(before: str) -> None:
    secret = "passwörd of/the+server"
    told = {
        "address": f"https://example.com/?{before}={quote(secret, safe='')}",
        "header": base64.b64encode(f"{before}{secret}, and more".encode()).decode(),
        "elsewhere": "nothing to be found",
    }
    assert WrittenOutput(told).find_secrets({"password": secret}) == ["password in address", "password in header"]
