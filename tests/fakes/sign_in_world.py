"""Web app in production mode, which requires signing in, with recorded emails and the real sign-in flow."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition

import httpx
from fakes.page_client import PageClient
from fakes.web_world import SECRET, WebWorld, open_web_world

from bots.core.delivery.email import Email, EmailNotSent
from bots.web.app import create_app
from bots.web.auth.sign_in import SignIn
from storage.db import Database
from storage.identity.codes import OneTimeCodeService

PUBLIC_URL = "https://rabisco.example"
FORM_HEADERS = {"origin": PUBLIC_URL}


@dataclass(slots=True)
class RecordingEmailSender:
    """Email sender that records every email."""

    emails: list[Email] = field(default_factory=list)
    is_away: bool = False
    condition: Condition = field(default_factory=Condition)

    def send(self, email: Email) -> None:
        if self.is_away:
            raise EmailNotSent("ConnectionRefusedError")
        with self.condition:
            self.emails.append(email)
            self.condition.notify_all()

    def wait_for_code(self, address: str) -> str:
        """Wait for a code sent to that address; returns the last one."""
        with self.condition:
            assert self.condition.wait_for(lambda: self._list_texts_to(address), 10), "there is no letter"
        (code,) = re.findall(r"\b\d{6}\b", self._list_texts_to(address)[-1])
        return str(code)

    def _list_texts_to(self, address: str) -> list[str]:
        return [email.text for email in self.emails if email.to == address]


@dataclass(frozen=True, slots=True)
class SignInWorld:
    world: WebWorld
    email_sender: RecordingEmailSender
    sign_in: SignIn

    @asynccontextmanager
    async def open_browser(self, base: str = PUBLIC_URL, client: str = "203.0.113.7") -> AsyncIterator[PageClient]:
        """A browser that is not signed in."""
        transport = httpx.ASGITransport(self.world.app, client=(client, 4711))
        async with httpx.AsyncClient(transport=transport, base_url=base) as http:
            yield PageClient(http)

    @asynccontextmanager
    async def open_signed_in_browser(self, address: str) -> AsyncIterator[PageClient]:
        async with self.open_browser() as client:
            response = await sign_in(client, self.email_sender, address)
            assert response.status_code == 303
            yield client


def open_sign_in_world(
    folder: Path, db: Database | None = None, public_url: str = PUBLIC_URL, **parts: object
) -> SignInWorld:
    """A web world in production mode."""
    world = open_web_world(folder, db, mode="production", public_url=public_url, **parts)
    email_sender = RecordingEmailSender()
    sign_in_service = SignIn(world.db, world.account, SECRET, OneTimeCodeService(SECRET), email_sender)
    parts_by_name = {name: getattr(world.parts, name) for name in world.parts.__slots__} | {"sign_in": sign_in_service}
    deps = type(world.parts)(**parts_by_name)
    web_world = WebWorld(world.db, world.media, world.page, world.sink, world.account, create_app(deps), deps)
    return SignInWorld(web_world, email_sender, sign_in_service)


async def request_code(client: PageClient, address: str, **headers: str) -> httpx.Response:
    return await client.http.post("/sign-in", data={"email": address}, headers=FORM_HEADERS | headers)


async def submit_code(client: PageClient, address: str, code: str, **headers: str) -> httpx.Response:
    return await client.http.post(
        "/sign-in/code", data={"email": address, "code": code}, headers=FORM_HEADERS | headers
    )


async def sign_in(client: PageClient, email_sender: RecordingEmailSender, address: str) -> httpx.Response:
    await request_code(client, address)
    return await submit_code(client, address, email_sender.wait_for_code(address))


def error_text_of(response: httpx.Response) -> str:
    """The error shown on a sign-in page."""
    match_ = re.search(r'<p class="trouble" role="alert" >(.*?)</p>', response.text)
    return match_[1] if match_ else ""
