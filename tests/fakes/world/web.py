"""Web app alone: the chat page on a database and a media folder, with an echoing conversation."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition

import httpx
from fakes.echo_sink import EchoSink
from fakes.page_client import PageClient
from fastapi import FastAPI

from bots.core.delivery.email import Email, EmailNotSent
from bots.web.app import WebDependencies, create_app
from bots.web.auth.sign_in import SignIn
from bots.web.page import PageChannel
from bots.web.uploads.upload_store import UploadStore
from models.identity.people import Account, Tenant
from storage.db import Database
from storage.identity.codes import OneTimeCodeService
from storage.media.media_store import FolderMediaStore

SECRET = b"a secret of the test"
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
class WebApp:
    db: Database
    media: FolderMediaStore
    page: PageChannel
    sink: EchoSink
    account: Account
    email_sender: RecordingEmailSender
    parts: WebDependencies
    app: FastAPI

    def list_uploads(self) -> list[Path]:
        """Uploads that are arriving, and files of the media store that are no films."""
        stored = [path for path in self.media.root.glob("??/*") if path.name not in self.sink.film_keys]
        return [*stored, *(self.parts.data_folder / "uploads").iterdir()]

    @asynccontextmanager
    async def open_browser(self, base: str = PUBLIC_URL, client: str = "203.0.113.7") -> AsyncIterator[PageClient]:
        """A browser that is not signed in."""
        transport = httpx.ASGITransport(self.app, client=(client, 4711))
        async with httpx.AsyncClient(transport=transport, base_url=base) as http:
            yield PageClient(http)

    @asynccontextmanager
    async def open_signed_in_browser(self, address: str) -> AsyncIterator[PageClient]:
        async with self.open_browser() as client:
            response = await sign_in(client, self.email_sender, address)
            assert response.status_code == 303
            yield client


def open_web_app(folder: Path, db: Database, *, has_sign_in: bool = False, **parts: object) -> WebApp:
    """In that folder; with `has_sign_in` in production mode, which requires signing in. `parts` replace dependencies of
    the application.
    """
    account, media, email_sender = add_account(db), FolderMediaStore(folder / "media"), RecordingEmailSender()
    sink = EchoSink(folder, media)
    sink.channel = page = PageChannel(db, account.id, UploadStore(db, media, account.id))
    if has_sign_in:
        sign_in_service = SignIn(db, account, SECRET, OneTimeCodeService(SECRET), email_sender)
        parts = {"mode": "production", "public_url": PUBLIC_URL, "sign_in": sign_in_service, **parts}
    own = {"db": db, "media": media, "secret": SECRET, "data_folder": folder, "page": page, "sink": sink}
    deps = WebDependencies(**{**own, **parts})  # type: ignore[arg-type]
    return WebApp(db, media, page, sink, account, email_sender, deps, create_app(deps))


def add_account(db: Database, name: str = "main") -> Account:
    tenant = Tenant(name=name)
    account = Account(tenant_id=tenant.id, channel="page", name=name)
    with db.transaction() as session:
        session.add(tenant)
        session.flush()
        session.add(account)
    return account


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
