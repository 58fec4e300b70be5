"""The way in for Stripe's news: signed, kept once, answered at once, and in the books of the tenant they are for."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fakes.stripe_api.webhooks import build_signature
from fakes.world.billing import MemoryBilling
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError

from bots.billing.provider import WebhookEvent
from bots.billing.stripe.signature import WebhookVerifier
from bots.web.stripe_webhook import MAX_BODY_BYTES, WebhookTarget, build_stripe_router

SECRET, NEXT, OTHERS = "whsec_one", "whsec_its_successor", "whsec_of_another_tenant"
FREE = 10  # what everybody has
OTHER = "5f0c2f64-6f30-4a35-9d0b-8f2f6a0d5a11"


@dataclass
class Hook:
    """Stripe's hand on our door. `woken` counts how often somebody was told to look."""

    market: MemoryBilling
    line: httpx.AsyncClient
    woken: list[None] = field(default_factory=list)
    of_another: list[WebhookEvent] = field(default_factory=list)
    database_is_away: bool = False

    def keep(self, news: WebhookEvent) -> bool:
        if self.database_is_away:
            raise OperationalError("INSERT", {}, Exception("the server closed the connection"))
        return self.market.workers.event_processor.save(news)

    def keep_for_another(self, news: WebhookEvent) -> bool:
        self.of_another.append(news)
        return True

    async def tells(
        self, body: bytes, *, secret: str = SECRET, age: float = 0, path: str = "/stripe/webhook"
    ) -> httpx.Response:
        header = {"stripe-signature": build_signature(body, secret, int(time.time() - age))}
        return await self.line.post(path, content=body, headers=header)


@pytest.fixture
async def hook(market: MemoryBilling) -> AsyncIterator[Hook]:
    app = FastAPI()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://rabisco.test") as line:
        made = Hook(market, line)
        ours = WebhookTarget(
            WebhookVerifier((SECRET, NEXT), livemode=False), made.keep, lambda: made.woken.append(None)
        )
        theirs = WebhookTarget(WebhookVerifier((OTHERS,), livemode=False), made.keep_for_another, lambda: None)
        app.include_router(build_stripe_router({"": ours, OTHER: theirs}))
        yield made


def event(session: str, **changes: Any) -> bytes:
    """News of a session that was paid, as Stripe writes them."""
    told = {
        "id": f"evt_{session}",
        "object": "event",
        "type": "checkout.session.completed",
        "livemode": False,
        "created": int(time.time()),
        "data": {"object": {"id": session, "object": "checkout.session"}},
    }
    return json.dumps(told | changes).encode()


async def test_what_is_told_a_hundred_times_at_once_is_kept_once_and_becomes_one_grant(hook: Hook) -> None:
    session = hook.market.open_checkout()
    hook.market.provider.pay_session(session)
    answers = await asyncio.gather(*(hook.tells(event(session)) for _ in range(100)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(hook.woken) == 1
    assert len(hook.market.list_unhandled()) == 1
    hook.market.workers.event_processor.process_due()
    assert hook.market.get_credits().available == FREE + 100


async def test_while_a_secret_is_being_replaced_both_are_good(hook: Hook) -> None:
    assert (await hook.tells(event("cs_1"))).status_code == 200
    assert (await hook.tells(event("cs_2"), secret=NEXT)).status_code == 200
    assert len(hook.market.list_unhandled()) == 2


async def test_what_is_not_stripes_own_is_refused_and_not_kept(hook: Hook) -> None:
    signed = event("cs_1")
    tampered = signed.replace(b"cs_1", b"cs_2")
    header = {"stripe-signature": build_signature(signed, SECRET, int(time.time()))}
    refused = [
        await hook.tells(signed, secret="whsec_of_nobody"),
        await hook.tells(signed, secret=OTHERS),
        await hook.tells(signed, age=301),
        await hook.tells(event("cs_1", livemode=True)),
        await hook.tells(b"not JSON at all"),
        await hook.tells(b'{"id": "evt_1"}'),
        await hook.line.post("/stripe/webhook", content=tampered, headers=header),
        await hook.line.post("/stripe/webhook", content=signed),
    ]
    assert [answer.status_code for answer in refused] == [400] * len(refused)
    assert {answer.text for answer in refused} == {""}
    assert hook.market.list_unhandled() == []


async def test_news_we_do_not_act_upon_are_taken_and_forgotten(hook: Hook) -> None:
    assert (await hook.tells(event("cus_1", type="customer.created"))).status_code == 200
    assert hook.market.list_unhandled() == []
    assert hook.woken == []


async def test_more_than_a_megabyte_is_too_much(hook: Hook) -> None:
    assert (await hook.tells(event("cs_1", padding="x" * MAX_BODY_BYTES))).status_code == 413
    assert hook.market.list_unhandled() == []


async def test_with_the_database_away_stripe_is_asked_to_come_again_and_does(hook: Hook) -> None:
    hook.database_is_away = True
    answer = await hook.tells(event("cs_1"))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    hook.database_is_away = False
    assert (await hook.tells(event("cs_1"))).status_code == 200
    assert len(hook.market.list_unhandled()) == 1


async def test_another_tenants_news_have_a_way_in_and_a_secret_of_their_own(hook: Hook) -> None:
    theirs = f"/stripe/webhook/{OTHER}"
    assert (await hook.tells(event("cs_1"), path=theirs)).status_code == 400
    assert (await hook.tells(event("cs_1"), secret=OTHERS, path=theirs)).status_code == 200
    assert [news.object_id for news in hook.of_another] == ["cs_1"]
    assert hook.market.list_unhandled() == []
    assert (await hook.tells(event("cs_1"), path="/stripe/webhook/nobody")).status_code == 404
