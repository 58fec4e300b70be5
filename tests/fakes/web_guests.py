"""Web app in production mode, which requires signing in, with recorded emails and the real sign-in flow."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition

import httpx
from fakes.web_client import PageClient
from fakes.web_house import SECRET, WebHouse, build_house

from bots.core.delivery.email import Email, EmailNotSent
from bots.web.app import create_app
from bots.web.auth.sign_in import SignIn
from storage.db import Database
from storage.identity.codes import OneTimeCodeService

PUBLIC = "https://rabisco.example"
FORM = {"origin": PUBLIC}


@dataclass(slots=True)
class LetterBox:
    """Email sender that records every email."""

    letters: list[Email] = field(default_factory=list)
    is_away: bool = False
    arrived: Condition = field(default_factory=Condition)

    def send(self, email: Email) -> None:
        if self.is_away:
            raise EmailNotSent("ConnectionRefusedError")
        with self.arrived:
            self.letters.append(email)
            self.arrived.notify_all()

    def code(self, address: str) -> str:
        """Wait for a code sent to that address; returns the last one."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: self._to(address), 10), "there is no letter"
        (code,) = re.findall(r"\b\d{6}\b", self._to(address)[-1])
        return str(code)

    def _to(self, address: str) -> list[str]:
        return [letter.text for letter in self.letters if letter.to == address]


@dataclass(frozen=True, slots=True)
class GuestHouse:
    house: WebHouse
    box: LetterBox
    porch: SignIn

    @asynccontextmanager
    async def browser(self, base: str = PUBLIC, client: str = "203.0.113.7") -> AsyncIterator[PageClient]:
        """A browser that is not signed in."""
        transport = httpx.ASGITransport(self.house.app, client=(client, 4711))
        async with httpx.AsyncClient(transport=transport, base_url=base) as http:
            yield PageClient(http)

    @asynccontextmanager
    async def signed_in(self, address: str) -> AsyncIterator[PageClient]:
        async with self.browser() as client:
            answer = await sign_in(client, self.box, address)
            assert answer.status_code == 303
            yield client


def guest_house(folder: Path, db: Database | None = None, public_url: str = PUBLIC, **parts: object) -> GuestHouse:
    """A web world in production mode."""
    house = build_house(folder, db, mode="production", public_url=public_url, **parts)
    box = LetterBox()
    porch = SignIn(house.db, house.account, SECRET, OneTimeCodeService(SECRET), box)
    chosen = {name: getattr(house.parts, name) for name in house.parts.__slots__} | {"sign_in": porch}
    web = type(house.parts)(**chosen)
    opened = WebHouse(house.db, house.media, house.page, house.inlet, house.account, create_app(web), web)
    return GuestHouse(opened, box, porch)


async def ask(client: PageClient, address: str, **headers: str) -> httpx.Response:
    return await client.http.post("/sign-in", data={"email": address}, headers=FORM | headers)


async def enter(client: PageClient, address: str, code: str, **headers: str) -> httpx.Response:
    return await client.http.post("/sign-in/code", data={"email": address, "code": code}, headers=FORM | headers)


async def sign_in(client: PageClient, box: LetterBox, address: str) -> httpx.Response:
    await ask(client, address)
    return await enter(client, address, box.code(address))


def told(answer: httpx.Response) -> str:
    """The error shown on a sign-in page."""
    found = re.search(r'<p class="trouble" role="alert" >(.*?)</p>', answer.text)
    return found[1] if found else ""
